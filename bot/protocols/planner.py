"""The next question: the safety gate first, then only what can still change the result (written by the architect)."""
