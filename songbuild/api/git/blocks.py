"""Lines of our own in a text file that belongs to the user: between two marks, and taken out without a trace."""

from __future__ import annotations

from collections.abc import Sequence

BEGIN = b"# >>> songbuild git setup (--remove takes these lines out)"
END = b"# <<< songbuild git setup"
_BOM = b"\xef\xbb\xbf"


class BlockError(ValueError):
    """The marks in a file don't pair up."""


def lines_of(data: bytes) -> list[str]:
    """The lines between the marks; none where there are no marks.  Raises BlockError."""
    block = _parted(data)[1].rstrip(b"\r\n").split(b"\n")
    return [line.rstrip(b"\r").decode("utf-8", "surrogateescape") for line in block[1:-1]]


def with_lines(data: bytes, lines: Sequence[str]) -> bytes:
    """The file with these lines of ours, at its top, so that what the user writes below them overrules them.

    Without any the marks go too, and every byte of the user's is as it was.  Raises BlockError.
    """
    before, _, after = _parted(data)
    rest = before + after
    head = _BOM if rest.startswith(_BOM) else b""
    if not lines:
        return rest
    end = b"\r\n" if b"\r\n" in rest else b"\n"
    block = [BEGIN, *(line.encode("utf-8", "surrogateescape") for line in lines), END]
    return head + b"".join(line + end for line in block) + rest[len(head) :]


def _parted(data: bytes) -> tuple[bytes, bytes, bytes]:
    """What stands before the block, the block with its marks and line ends, and what follows it."""
    starts, ends = _places(data, BEGIN), _places(data, END)
    if not starts and not ends:
        return data, b"", b""
    if len(starts) != 1 or len(ends) != 1 or ends[0] < starts[0]:
        raise BlockError("its lines '# >>> songbuild …' and '# <<< songbuild …' don't pair up: mend or delete them")
    stop = data.find(b"\n", ends[0])
    stop = len(data) if stop < 0 else stop + 1
    return data[: starts[0]], data[starts[0] : stop], data[stop:]


def _places(data: bytes, mark: bytes) -> list[int]:
    """Where the lines that are this mark start."""
    found, at = [], len(_BOM) if data.startswith(_BOM) else 0
    for line in data[at:].split(b"\n"):
        if line.rstrip(b"\r") == mark:
            found.append(at)
        at += len(line) + 1
    return found
