"""Who works here, what each may do and see, and how they prove it."""
