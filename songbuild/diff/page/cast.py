"""Which part plays where: parts by sections, before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from songbuild.diff.change import Difference
from songbuild.diff.facts import Facts
from songbuild.diff.parts import recorded
from songbuild.diff.words import count, playing, words
from songbuild.formats.page.markup import escape


def cast(difference: Difference) -> Iterator[str]:
    """A table of parts and sections: what enters, what leaves, and how many notes differ."""
    columns = difference.sections
    heads = "".join(f'<th scope="col"{_gone(pair)}>{escape(_head(difference, pair))}</th>' for pair in columns)
    yield '<div class="scroll" tabindex="0"><table class="cast"><thead><tr><td></td>' + heads + "</tr></thead><tbody>"
    for pair in difference.parts:
        cells = list(_cells(difference, pair, columns))
        if any(cells):
            yield f'<tr><th scope="row">{_name(pair)}</th>{"".join(cell or "<td></td>" for cell in cells)}</tr>'
    yield "</tbody></table></div>"
    yield (
        '<p class="key"><span class="same">▬</span> plays as before <span class="changed">◆ 3</span> so many notes '
        'differ <span class="added">+</span> enters <span class="removed">−</span> leaves</p>'
    )


def differs(difference: Difference) -> bool:
    """Whether a part enters or leaves, or any note is another."""
    return any(difference.notes.values()) or any(None in pair for pair in difference.parts)


def _gone(pair: tuple[int | None, int | None]) -> str:
    return ' class="gone"' if pair[1] is None else ' class="come"' if pair[0] is None else ""


def _head(difference: Difference, pair: tuple[int | None, int | None]) -> str:
    old, new = pair
    if new is not None:
        return ("+ " if old is None else "") + playing(new, difference.new.sections)
    return "− " + playing(old or 0, difference.old.sections)


def _name(pair: tuple[str | None, str | None]) -> str:
    old, new = pair
    if old is None or new is None:
        kind, sign = ("added", "+") if old is None else ("removed", "−")
        return f'<span class="{kind}">{sign} {escape(words(new or old or ""))}</span>'
    was = f" <small>was {escape(words(old))}</small>" if old != new else ""
    return escape(words(new)) + was


def _cells(
    difference: Difference, pair: tuple[str | None, str | None], columns: Sequence[tuple[int | None, int | None]]
) -> Iterator[str]:
    if any(_recording(*side) for side in ((difference.old, pair[0]), (difference.new, pair[1]))):
        yield from _recorded_cells(difference, pair, columns)
        return
    before, after = _played(difference.old, pair[0]), _played(difference.new, pair[1])
    differing: Counter[tuple[str, int]] = Counter()
    for old, new in difference.notes.get(pair[1] or pair[0] or "", ()):
        differing[("new", new.section) if new else ("old", old.section if old else 0)] += 1
    for old_at, new_at in columns:
        was, now = before[old_at] if old_at is not None else 0, after[new_at] if new_at is not None else 0
        changes = differing["old", old_at or 0] * (old_at is not None) + differing["new", new_at or 0] * (
            new_at is not None
        )
        yield _cell(was, now, changes, new_at is None)


def _recorded_cells(
    difference: Difference, pair: tuple[str | None, str | None], columns: Sequence[tuple[int | None, int | None]]
) -> Iterator[str]:
    """A recorded part, which has no notes to count: where it sounds, and where something of it differs."""
    before, after = _sounding(difference.old, pair[0]), _sounding(difference.new, pair[1])
    edited = {
        bars.section
        for change in difference.changes
        if change.area == "recordings" and change.subject == pair[1]
        for bars in change.bars
    }
    for old_at, new_at in columns:
        was, now = old_at in before, new_at in after
        if now and was:
            other = new_at is not None and difference.new.sections[new_at].id in edited
            yield '<td class="changed" title="edited">◆</td>' if other else '<td class="same" title="as before">▬</td>'
        elif now or was:
            kind, title, sign = ("added", "enters", "+") if now else ("removed", "gone", "−")
            yield f'<td class="{kind}" title="{title}: recorded">{sign}</td>'
        else:
            yield ""


def _recording(facts: Facts, part: str | None) -> str:
    return facts.parts[part].recording if part is not None and part in facts.parts else ""


def _sounding(facts: Facts, part: str | None) -> set[int]:
    """The sections that a part sounds in, recorded or played."""
    recording = _recording(facts, part)
    return set(recorded(facts, recording) if recording else _played(facts, part))


def _cell(was: int, now: int, changes: int, gone: bool) -> str:
    """A part in a section: how many notes it had and has there, and how many of them differ."""
    if not was and not now:
        return ""
    if not now:
        return f'<td class="removed" title="{"gone" if gone else "leaves"}: {count(was, "note")}">−</td>'
    if not was:
        return f'<td class="added" title="enters: {count(now, "note")}">+</td>'
    if changes:
        return f'<td class="changed" title="{changes} of {count(now, "note")} differ">◆ {changes}</td>'
    return f'<td class="same" title="{count(now, "note")}, as before">▬</td>'


def _played(facts: Facts, part: str | None) -> Counter[int]:
    """How many notes a part has in each section."""
    return (
        Counter(note.section for note in facts.parts[part].notes)
        if part is not None and part in facts.parts
        else Counter()
    )
