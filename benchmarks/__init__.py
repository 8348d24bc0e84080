"""`make bench`: the measurements. Prints, asserts nothing."""
