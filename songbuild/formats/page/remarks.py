"""Open notes on the music on a report: marks over time, and what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from songbuild.formats.page.charts import Row
from songbuild.formats.page.facts import Remark
from songbuild.formats.page.markup import escape

LEAST = 6.0
"""Per cent of a plot's width that a mark takes at least, so that its number can be read."""


def marks(remarks: Sequence[Remark], seconds: float) -> list[Row]:
    """A row of a figure over time: each note at its bars, by its number; those that overlap below each other."""
    placed = [each for each in remarks if each.time is not None]
    if not placed or not seconds:
        return []
    ends: list[float] = []
    spans = []
    for each in placed:
        assert each.time is not None
        start, stop = (100.0 * at / seconds for at in each.time)
        left = min(start, 100.0 - LEAST)
        width = max(LEAST, stop - left)
        lane = next((lane for lane, end in enumerate(ends) if end <= left), len(ends))
        ends[lane : lane + 1] = [left + width]
        place = f"left:{left:.3f}%;width:{width:.3f}%;top:{20 * lane}px"
        title = escape(f"{each.number}. {each.where}: {each.text}")
        spans.append(f'<span title="{title}" style="{place}">{each.number}</span>')
    body = f'<div class="remarked" style="height:{20 * len(ends)}px">{"".join(spans)}</div>'
    return [Row("<b>Notes</b> open ones, by their numbers", "", body, "said")]


def listing(remarks: Sequence[Remark]) -> Iterator[str]:
    """The notes in words, in order of time."""
    if not remarks:
        return
    yield '<h2>Notes <small>open ones</small></h2><ol class="remarks">'
    for each in remarks:
        where = f"<b>{escape(each.where)}</b>" if each.where else ""
        said = ", ".join(filter(None, (each.by, each.date)))
        head = " ".join(filter(None, (where, f"<small>{escape(said)}</small>" if said else "")))
        text = "<br/>".join(map(escape, each.text.strip().splitlines()))
        yield f'<li value="{each.number}">{head}{"<br/>" if head else ""}{text}</li>'
    yield "</ol>"
