"""Versions of a song or an album, in git and in folders, and what differs between them."""
