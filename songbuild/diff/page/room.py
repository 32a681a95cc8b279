"""How large a page may become."""

from __future__ import annotations


class Room:
    """What there is still room for, in bytes: pieces are taken in order, those that don't fit are left out."""

    def __init__(self, left: int) -> None:
        self.left = left

    def fit(self, piece: str) -> bool:
        """Whether a piece still fits; then it takes its room."""
        size = len(piece.encode())
        if size > self.left:
            return False
        self.left -= size
        return True
