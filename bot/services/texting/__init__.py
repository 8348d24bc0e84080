"""Text messages: the patient's second door."""
