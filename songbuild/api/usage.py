"""What is wrong with a question, not with a song."""

from __future__ import annotations


class UsageError(ValueError):
    """What was asked for can't be, whatever the song: a track it doesn't have, bars after its end."""
