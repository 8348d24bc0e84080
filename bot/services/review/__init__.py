"""People look over what was understood, and teach it."""
