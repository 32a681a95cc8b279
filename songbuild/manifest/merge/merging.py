"""The merge of one file: by its structure where all three versions can be read, else line by line."""

from __future__ import annotations

from dataclasses import replace

from songbuild.manifest.merge.conflict import Merged
from songbuild.manifest.merge.data import plain, same
from songbuild.manifest.merge.items import Document, Item, UnfitError, cut
from songbuild.manifest.merge.lines import merge_lines, merge_whole
from songbuild.manifest.merge.pieces import SIDES, Fork, Pieces, Side, marked, taken
from songbuild.manifest.merge.renames import Rename, followed, renames
from songbuild.manifest.merge.structure import Merger
from songbuild.manifest.source import decode
from songbuild.manifest.yaml_reader import read_yaml

MANIFESTS = (".yaml", ".yml")
_MARK = "\ufeff"


class _UnreadableError(Exception):
    """A version that can't be merged by structure, and why."""


def merge(base: str, ours: str, theirs: str, name: str = "song.yaml", size: int = 7) -> Merged:
    """Three versions of a file as one; conflict markers of `size` characters where both changed the same.

    `name` says what it is: manifests are merged by structure, any other file line by line.  Texts are read from bytes
    with what isn't UTF-8 as surrogates.
    """
    if base == theirs or ours == theirs:
        return Merged(ours)
    if base == ours:
        return Merged(theirs)
    if not name.lower().endswith(MANIFESTS):
        return merge_lines(base, ours, theirs, size)
    texts = [_Text(text) for text in (base, ours, theirs)]
    try:
        documents = [_document(text.plain, name) for text in texts]
    except _UnreadableError as error:
        return merge_lines(base, ours, theirs, size, (f"merged line by line: {error}",))
    if not base.strip():
        root = documents[1].root
        documents[0] = Document("", Item(root.kind, {}, flow=root.flow, column=root.column), "")
    merger = Merger()
    pieces, data = merger.document(*documents)
    sides = SIDES if any(isinstance(piece, Fork) for piece in pieces) else SIDES[:1]
    if not all(_holds(pieces, side, data[side], name) for side in sides):
        return _checked_lines(base, ours, theirs, size, name, data)
    changed = _renames(*(document.root for document in documents))
    if changed and not merger.conflicts:
        text = taken(pieces, "ours")
        versions = {"ours": documents[1], "theirs": documents[2]}
        renamed = followed(text, _document(text, name), [(rename, versions[rename.side]) for rename in changed])
        pieces = [renamed if _reads(renamed, name) else text]
    text, lines = marked(pieces, size, "\n")
    conflicts = tuple(replace(found, line=lines.get(number)) for number, found in enumerate(merger.conflicts))
    return Merged(_dressed(text, texts, size), conflicts, tuple(map(str, changed)))


def _renames(base: Item, ours: Item, theirs: Item) -> list[Rename]:
    return [*renames(base, ours, theirs, "ours"), *renames(base, theirs, ours, "theirs")]


class _Text:
    """A text without what is the same on all of its lines: byte-order mark, line ends, a last line that isn't ended."""

    def __init__(self, text: str) -> None:
        self.mark = text.startswith(_MARK)
        text = text.removeprefix(_MARK)
        self.ended = not text or text.endswith("\n")
        feeds = text.count("\n")
        self.newline = "\r\n" if feeds and text.count("\r\n") == feeds else "\n"
        text = text.replace("\r\n", "\n") if self.newline == "\r\n" else text
        self.plain = text if self.ended else text + "\n"


def _dressed(text: str, texts: list[_Text], size: int) -> str:
    """A merged text with the mark, the line ends and the end that a side has given its own."""
    base, ours, theirs = texts

    def chosen(values: tuple[object, object, object]) -> object:
        return values[2] if values[1] == values[0] else values[1]

    marker = f"\n{'>' * size} theirs\n"
    if not chosen((base.ended, ours.ended, theirs.ended)) and not text.endswith(marker):
        text = text.removesuffix("\n")
    if chosen((base.newline, ours.newline, theirs.newline)) == "\r\n":
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return _MARK + text if chosen((base.mark, ours.mark, theirs.mark)) else text


def _document(text: str, name: str) -> Document:
    """The pieces of a version.  Raises _UnreadableError."""
    source, problems = decode(text.encode("utf-8", "surrogateescape"), name)
    if source is not None:
        data, root, problems = read_yaml(source)
        if root is not None and not any(problem.severity == "error" for problem in problems):
            try:
                return cut(text, root, data)
            except UnfitError as error:
                raise _UnreadableError(str(error)) from None
    first = next(problem for problem in problems if problem.severity == "error")
    raise _UnreadableError(f"{first.span}: {first.message}")


def _reads(text: str, name: str) -> bool:
    try:
        _document(text, name)
    except _UnreadableError:
        return False
    return True


def _holds(pieces: Pieces, side: Side, data: object, name: str) -> bool:
    """Whether a merged text reads as what was merged."""
    try:
        return same(plain(_document(taken(pieces, side), name).root), data)
    except _UnreadableError:
        return False


def _checked_lines(base: str, ours: str, theirs: str, size: int, name: str, data: dict[Side, object]) -> Merged:
    """A merge line by line where the structure's couldn't be written, if it is right or says where it isn't."""
    merged = merge_lines(base, ours, theirs, size)
    if merged.conflicts:
        return merged
    try:
        found = plain(_document(_Text(merged.text).plain, name).root)
    except _UnreadableError:
        found = merged
    return merged if same(found, data["ours"]) and same(found, data["theirs"]) else merge_whole(ours, theirs, size)
