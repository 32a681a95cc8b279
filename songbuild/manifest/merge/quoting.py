"""A merged string written the way our scalar is, its line breaks and quotes kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from songbuild.manifest.merge.items import Item
from songbuild.manifest.merge.pieces import Fork, Pieces
from songbuild.manifest.merge.strings import MergedText, Part, Split
from songbuild.manifest.scalars import positions, resolve

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n#\[\]{},:]*(?::[^\s#\[\]{},:]+[^\n#\[\]{},:]*)*")
_ANCHOR = re.compile(r"&\S+\s+")


def quoted(text: str) -> str:
    """A string in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def rewritten(merged: MergedText, ours: Item, numbers: tuple[int, ...]) -> Pieces:
    """The pieces of the scalar that stands for a merged string; its splits carry the conflicts' `numbers`."""
    value = str(ours.data)
    anchor = _ANCHOR.match(ours.raw)
    before = anchor[0] if anchor else ""
    raw = ours.raw[len(before) :]
    if ours.style == "" and not all(is_plain(merged.value(value, side)) for side in ("ours", "theirs")):
        pieces: Pieces = [before, '"']
        pieces += _pieces(
            merged.parts, lambda part: quoted(part if isinstance(part, str) else value[slice(*part)])[1:-1], numbers
        )
        return [*pieces, '"']
    places = positions(raw, ours.style, value)

    def shown(part: Part) -> str:
        return _escaped(part, ours.style) if isinstance(part, str) else raw[places[part[0]] : places[part[1]]]

    pieces = [before, raw[: places[0]]]
    pieces += _pieces(merged.parts, shown, numbers)
    return [*pieces, raw[places[-1] :]]


def _pieces(parts: Iterable[Part | Split], shown: Callable[[Part], str], numbers: tuple[int, ...]) -> Pieces:
    found: Pieces = []
    for part in parts:
        if isinstance(part, Split):
            ours, theirs = ("".join(map(shown, side)) for side in (part.ours, part.theirs))
            found.append(Fork(ours, theirs, numbers))
        else:
            found.append(shown(part))
    return found


def is_plain(text: str) -> bool:
    """Whether a string can stand without quotes, in brackets too."""
    return bool(_PLAIN.fullmatch(text)) and text == text.strip() and resolve(text) == text


def _escaped(text: str, style: str) -> str:
    if style == '"':
        return quoted(text)[1:-1]
    return text.replace("'", "''") if style == "'" else text
