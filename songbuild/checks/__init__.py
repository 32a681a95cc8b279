"""Rules about a song: one file each."""
