"""Paths that a song names: below its folder, or refused."""

from __future__ import annotations

import stat
from pathlib import Path

from songbuild.manifest import codes
from songbuild.problems import Fault, did_you_mean
from songbuild.problems import Path as SongPath


class PathError(ValueError):
    """A path that a song may not name, or one where no file is."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint

    def fault(self, path: SongPath) -> Fault:
        """The same, about the value at `path`."""
        return Fault(self.code, path, self.message, self.hint)


def below(folder: Path, text: str) -> Path:
    """The file that `text` names below the resolved `folder`, symbolic links followed; raises PathError.

    Refused: absolute paths, paths and links that lead out, what isn't there, what isn't a file.
    """
    if not text.strip():
        raise PathError(codes.NO_FILE, "the path of a file is empty")
    if Path(text).is_absolute() or text.startswith("~"):
        raise PathError(codes.OUTSIDE, f"'{text}' is not a path below the song's folder", "copy the file there")
    try:
        path = (folder / text).resolve()
        inside = path.is_relative_to(folder)
        mode = path.stat().st_mode if inside else 0
    except (FileNotFoundError, NotADirectoryError):
        raise PathError(codes.NO_FILE, f"no file '{text}'", like(path)) from None
    except (OSError, RuntimeError, ValueError) as error:
        # RuntimeError: a loop of links; ValueError: characters that no path can have.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PathError(codes.UNREADABLE, f"'{text[:80]}' can't be read: {reason.lower()}") from None
    if not inside:
        raise PathError(codes.OUTSIDE, f"'{text}' leads out of the song's folder", "copy the file there")
    if not stat.S_ISREG(mode):
        raise PathError(codes.NOT_A_FILE, f"'{text}' is not a file")
    return path


def like(path: Path) -> str | None:
    """A hint naming a file beside `path` that is called much the same."""
    try:
        names = [item.name for item in path.parent.iterdir()]
    except OSError:
        return None
    hint = did_you_mean(path.name, names)
    return hint if hint and hint.startswith("did") else None
