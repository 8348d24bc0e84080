"""The conversation: one patient's message from the door to the reply."""
