"""One case: what a message says, what is known, what is asked next, and how it is said."""
