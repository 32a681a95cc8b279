"""Effects and instruments: one sound, one file."""
