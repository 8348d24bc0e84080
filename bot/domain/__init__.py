"""The clinic's words: facts, findings, levels, cases. No I/O, no framework; also runs on Python 3.10."""
