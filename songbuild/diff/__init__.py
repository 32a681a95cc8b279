"""What differs between two songs, as musicians say it."""
