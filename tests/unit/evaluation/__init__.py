"""The evaluation command and what it counts."""
