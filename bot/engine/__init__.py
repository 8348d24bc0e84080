"""Rasa's room: everything that imports Rasa. Runs on Python 3.10 in its own environment."""
