"""One use case per function. What they need from outside stands in `ports`."""
