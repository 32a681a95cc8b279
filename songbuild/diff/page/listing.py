"""The changes in words: what is heard most comes first, single ones folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from songbuild.diff.change import AREAS, Change
from songbuild.diff.page.room import Room
from songbuild.diff.words import bars_text, count
from songbuild.formats.page.markup import escape

SHOWN = 40
"""So many changes stand open, the others folded."""
MOST_CHANGES = 300
"""So many are told on a page; the others are counted."""
_SIGNS = {"added": "+", "removed": "−", "moved": "→", "renamed": "≈", "changed": "∼"}


def areas(changes: Sequence[Change]) -> Iterator[str]:
    """How many changes there are of each kind."""
    counts = Counter(change.area for change in changes)
    yield '<ul class="areas">'
    yield "".join(f"<li>{area} <b>{counts[area]}</b></li>" for area in AREAS if counts[area])
    yield "</ul>"


def listing(changes: Sequence[Change], room: Room) -> Iterator[str]:
    """The changes, in their order; what they are made of as far as there is room for it."""
    items = [_item(change, room) for change in changes[:MOST_CHANGES]]
    yield f'<ol class="changes">{"".join(items[:SHOWN])}</ol>'
    if items[SHOWN:]:
        yield f"<details><summary>{count(len(items) - SHOWN, 'more change')}</summary>"
        yield f'<ol class="changes">{"".join(items[SHOWN:])}</ol></details>'
    if len(changes) > MOST_CHANGES:
        more = count(len(changes) - MOST_CHANGES, "change")
        yield f"<p>And {more} more, which <code>songbuild diff</code> tells.</p>"


def _item(change: Change, room: Room) -> str:
    sign = f'<span class="sign {change.act}" title="{change.act}">{_SIGNS[change.act]}</span>'
    where = f'<span class="where">{escape(_where(change))}</span>'
    said = f'<span class="area">{change.area}</span>{sign}<span class="said">{_said(change)}</span>{where}'
    return f"<li>{said}{_details(change, room)}</li>"


def _said(change: Change) -> str:
    return escape(change.text.replace(" -> ", " → "))


def _where(change: Change) -> str:
    """The bars, where the sentence doesn't name any."""
    if not change.bars or any(word in change.text for word in ("bar ", "bars ", "throughout")):
        return ""
    sides = {bars.side for bars in change.bars}
    text = bars_text([(bars.first, bars.last) for bars in change.bars[:3]])
    more = ", …" if len(change.bars) > 3 else ""
    return f"{text}{more}{' before' if sides == {'old'} else ''}"


def _details(change: Change, room: Room) -> str:
    if not change.details:
        return ""
    what = count(len(change.details), "single change")
    return f"<details><summary>{what}</summary>{_inner(change.details, room)}</details>"


def _inner(changes: Sequence[Change], room: Room) -> str:
    """What a change is made of, and what that is made of."""
    told = [
        f"{item}{_inner(each.details, room) if each.details else ''}</li>"
        for each in changes
        if room.fit(item := f"<li>{_said(each)}")
    ]
    if more := len(changes) - len(told):
        told.append(f"<li>{more}{' more' if told else ''}: <code>songbuild diff --full</code></li>")
    return f"<ul>{''.join(told)}</ul>"
