"""When and how long: time expressions, and which finding each belongs to."""
