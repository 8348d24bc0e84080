"""The message itself: its words as the lexicon knows them, sentences and clauses, figures, its language."""
