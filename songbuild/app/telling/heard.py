"""What is heard of a difference: sentences, and a table of the signals that sound different and their sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import click

from songbuild.app.telling.markdown import escaped
from songbuild.app.telling.outline import clean
from songbuild.diff.heard import BANDS, Clip, Heard, Reading, Stretch
from songbuild.diff.heard_words import change_text, depth_text, ordered, same_where_both_play, sentences, title

HEADS = ("", "loudness, LUFS", "true peak, dBTP", "null", "null, equally loud")
MORE_HEADS = ("range, LU", "tone")
TONE_DB = 0.5
"""A band that changes by less isn't told."""


class Row(NamedTuple):
    """A line of the table; `depth` is 1 for a section."""

    depth: int
    cells: tuple[str, ...]


def rows(heard: Heard, *, full: bool = False) -> list[Row]:
    """The table: signals that differ, the master's sections, and with `full` those of every signal."""
    found: list[Row] = []
    for stream in ordered(heard):
        if stream.whole is None or not (full or stream.kind == "master" or not same_where_both_play(stream)):
            continue
        found.append(Row(0, _cells(title(stream), stream.whole, full)))
        if full or stream.kind == "master":
            found += [Row(1, _cells(each.name, each, full)) for each in stream.sections if full or not each.same]
    return found


def terminal(heard: Heard, *, full: bool = False, name: str = "") -> Iterator[str]:
    """The lines of the text."""
    yield ""
    yield click.style(clean(f"heard: {name}" if name else "heard"), bold=True)
    for remark in (*sentences(heard), *heard.faults):
        yield f"  {clean(remark)}"
    table = [Row(0, _heads(full)), *rows(heard, full=full)]
    if len(table) > 1:
        yield ""
        lines = [tuple(map(clean, (f"{'  ' * row.depth}{row.cells[0]}", *row.cells[1:]))) for row in table]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for at, line in enumerate(lines):
            text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            yield f"  {click.style(text, dim=True) if not at else text}"
    for clip in heard.clips:
        yield f"  {clean(_clip(clip))}"
    for key, song in heard.songs.items():
        yield from terminal(song, full=full, name=key)


def markdown(heard: Heard, *, full: bool = False, name: str = "") -> Iterator[str]:
    """The lines of the text, as GitHub-flavoured Markdown."""
    yield ""
    yield f"**{escaped(f'heard: {name}' if name else 'heard')}**"
    yield ""
    for remark in (*sentences(heard), *heard.faults):
        yield f"- {escaped(remark)}"
    table = rows(heard, full=full)
    if table:
        heads = _heads(full)
        yield ""
        yield f"|{'|'.join(f' {head} ' for head in heads)}|"
        yield f"|{'---|' * len(heads)}"
        for row in table:
            cells = [f"{'&emsp;' * row.depth}{escaped(row.cells[0])}", *map(escaped, row.cells[1:])]
            yield f"|{'|'.join(f' {cell} ' for cell in cells)}|"
    if heard.clips:
        yield ""
    for clip in heard.clips:
        yield f"- {escaped(_clip(clip))}"
    for key, song in heard.songs.items():
        yield from markdown(song, full=full, name=key)


def _heads(full: bool) -> tuple[str, ...]:
    return (*HEADS, *MORE_HEADS) if full else HEADS


def _cells(name: str, stretch: Stretch, full: bool) -> tuple[str, ...]:
    before, after = stretch.before, stretch.after
    cells = (
        name if stretch.old and stretch.new else f"{name} ({'new' if stretch.new else 'gone'})",
        _step(stretch, before.loudness_lufs, after.loudness_lufs),
        _step(stretch, before.true_peak_dbtp, after.true_peak_dbtp),
        depth_text(stretch),
        depth_text(stretch, matched=True),
    )
    more = _step(stretch, before.lra_lu, after.lra_lu, silent="-"), ", ".join(_tone(before, after))
    return (*cells, *more) if full else cells


def _step(stretch: Stretch, before: float | None, after: float | None, silent: str = "silent") -> str:
    """A value before and after; where there was or is none of the stretch, the other side's alone."""
    before, after = before if stretch.old else after, after if stretch.new else before
    return change_text(before, after, silent)


def _tone(before: Reading, after: Reading) -> Iterable[str]:
    """'highs +1.2 dB', of the bands and the width."""
    pairs = [*zip(BANDS, before.bands_db, after.bands_db, strict=True), ("width", before.width_db, after.width_db)]
    for name, was, now in pairs:
        if was is not None and now is not None and abs(now - was) >= TONE_DB:
            yield f"{name} {now - was:+.1f} dB"


def _clip(clip: Clip) -> str:
    """'listen: before-1.flac, after-1.flac (verse 2, bars 17-18)'."""
    return f"listen: {', '.join(file for file in (clip.before, clip.after) if file)} ({clip.name})"
