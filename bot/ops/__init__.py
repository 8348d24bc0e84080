"""Setting up, starting and watching the processes of one installation."""
