"""A review as one comment on a pull request: errors, then song by song what differs, how loud it is, and warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from songbuild.app.telling import heard as telling
from songbuild.app.telling.markdown import LONGEST, escaped, folded, told
from songbuild.app.telling.outline import form_only
from songbuild.diff.heard_words import change_text
from songbuild.diff.words import count, listing
from songbuild.model.programme import clock
from songbuild.problems import Problem

if TYPE_CHECKING:
    from songbuild.api.reviews.reviewing import Level, Reviewed

MARK = "<!-- songbuild -->"
"""The first line: by this the comment is found again."""
MOST = 60_000
"""Characters; GitHub takes 65,536, and whoever posts it may add a link."""
LINE = 2_000
FEW = 20
"""So many errors, and so many warnings of a song, are told."""
_LEAST, _FRAME = 1_000, 200
_CUT = "… and more, which a comment has no room for: see the page of each song"
_HEADS = ("", "loudness, LUFS", "true peak, dBTP", "range, LU", "length")


def comment(songs: Sequence[Reviewed], old: str, new: str) -> str:
    """The text, of at most MOST characters; `old` and `new` are the labels of both commits."""
    head = [MARK, *_head(songs, old, new)]
    short = [line for song in songs for line in _song(song, 0)]
    room = MOST - _size(head) - _size(short)
    share = min(LONGEST, room // len(songs) - _FRAME) if songs else 0
    if share < _LEAST:
        return _cut([*head, *short])
    return _cut([*head, *(line for song in songs for line in _song(song, share))])


def title(songs: Sequence[Reviewed]) -> str:
    """'2 songs changed, 1 error'."""
    if not songs:
        return "no song changed"
    errors = sum(len(song.errors) for song in songs)
    return f"{count(len(songs), 'song')} changed" + (f", {count(errors, 'error')}" if errors else "")


def _head(songs: Sequence[Reviewed], old: str, new: str) -> Iterator[str]:
    yield f"## songbuild: {title(songs)}"
    if not songs:
        yield ""
        yield f"{escaped(old)} → {escaped(new)}"
    errors = [(problem, song) for song in songs for problem in song.errors]
    yield from _problems(errors, "error")


def _song(song: Reviewed, longest: int) -> Iterator[str]:
    """The lines of a song; `longest` is how much of its changes may be folded away."""
    yield ""
    if song.difference is None or song.old is None or song.new is None:
        yield f"### {escaped(song.title)}: {'removed' if song.new is None else 'new'}"
    elif not song.difference and (song.old.lacking or song.new.lacking):
        yield f"### {escaped(song.title)}: nothing differs in what was compared"
    else:
        said = "" if song.difference else form_only(song.old.texts, song.new.texts)
        yield from told(song.difference, song.old.label, song.new.label, form_only=said)
        if longest:
            yield from folded(song.difference, longest)
    yield ""
    yield f"<sub>{escaped(_places(song))}</sub>"
    yield from _levels(song)
    if song.heard is not None:
        yield from telling.markdown(song.heard)
    yield from _problems([(problem, song) for problem in song.warnings], "warning")
    remarks = [*_unread(song), *song.faults]
    if remarks:
        yield ""
    yield from (f"- {escaped(remark)}" for remark in remarks)


def _places(song: Reviewed) -> str:
    """Where it lies, and where it was."""
    old, new = song.versions
    was = f" (was {old})" if old is not None and new is not None and old != new else ""
    return f"{song.versions.place}{was}"


def _levels(song: Reviewed) -> Iterator[str]:
    if all(after is None for _, after in song.levels.values()):
        return
    known = any(before is not None for before, _ in song.levels.values())
    yield ""
    yield f"|{'|'.join(f' {head} ' for head in _HEADS)}|"
    yield f"|{'---|' * len(_HEADS)}"
    for name, (before, after) in song.levels.items():
        news = " (new)" if before is None and known else " (gone)" if after is None else ""
        old, new = before or after, after or before
        if old is not None and new is not None:
            cells = (escaped(name) + news, *_cells(old, new))
            yield f"|{'|'.join(f' {cell} ' for cell in cells)}|"


def _cells(old: Level, new: Level) -> Iterator[str]:
    yield change_text(old.integrated_lufs, new.integrated_lufs)
    yield change_text(old.true_peak_dbtp, new.true_peak_dbtp)
    yield change_text(old.lra_lu, new.lra_lu, "-")
    lengths = clock(old.length_s), clock(new.length_s)
    yield lengths[0] if lengths[0] == lengths[1] else " -> ".join(lengths)


def _problems(found: Sequence[tuple[Problem, Reviewed]], noun: str) -> Iterator[str]:
    """A list of problems; those that are there already come last, and are only counted where they are many."""
    if not found:
        return
    yield ""
    yield f"**{count(len(found), noun)}**"
    yield ""
    ordered = sorted(found, key=lambda each: each[0] in each[1].known)
    for problem, song in ordered[:FEW]:
        hint = f" ({problem.hint})" if problem.hint else ""
        before = " _(before, too)_" if problem in song.known else ""
        place = f"{problem.span.file}:{problem.span.line}"
        yield f"- {escaped(place)}: {escaped(f'{problem.message}{hint}')}{before}"
    if len(ordered) > FEW:
        yield f"- … and {len(ordered) - FEW} more"


def _unread(song: Reviewed) -> Iterator[str]:
    """What of a song was not looked at."""
    if song.new is None:
        return
    if song.unrun:
        files = song.new.unrun or sorted({problem.span.file for problem in song.unrun})
        yield f"not rendered, and not all checked: code isn't run without trust ({', '.join(files)})"
    if song.old is None:
        return
    if song.old.unrun and not song.unrun:
        yield f"before: code isn't run without trust ({', '.join(song.old.unrun)})"
    sides = [side for side in (song.old, song.new) if side.problems]
    lacking = sorted({stage for side in sides for stages in side.lacking.values() for stage in stages})
    if lacking:
        yield f"not compared, for errors: {'everything' if 'song' in lacking else listing(lacking)}"


def _size(lines: Iterable[str]) -> int:
    return sum(min(len(line), LINE) + 1 for line in lines)


def _cut(lines: Sequence[str]) -> str:
    """The lines that there is room for."""
    made, left = [], MOST - len(_CUT) - 3
    for line in lines:
        kept = line if len(line) <= LINE else "- …"
        left -= len(kept) + 1
        if left < 0:
            made += ["", _CUT]
            break
        made.append(kept)
    return "\n".join(made) + "\n"
