"""Notes on the music: listed, added, done."""
