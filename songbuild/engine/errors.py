"""What can go wrong while building."""

from __future__ import annotations


class EngineError(Exception):
    """The builder can't go on: a full disk, a folder that can't be written.  Nothing half-made was published."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class RecipeError(Exception):
    """Raised by a recipe for trouble that the user can see to, such as a damaged file; only its node fails."""

    def __init__(self, message: str, hint: str | None = None, path: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.path = message, hint, path


class Cancelled(Exception):  # noqa: N818 - it is not an error
    """The build was told to stop; the tiles that were finished are kept."""


class DamagedBlob(Exception):  # noqa: N818 - the build catches it and makes the blob again
    """A blob that a trace names is missing, or isn't what its name says (`corrupt`) and was moved aside."""

    def __init__(self, name: str, corrupt: bool) -> None:
        super().__init__(name, corrupt)
        self.name, self.corrupt = name, corrupt

    def __str__(self) -> str:
        return f"{self.name} is {'damaged' if self.corrupt else 'missing'}"
