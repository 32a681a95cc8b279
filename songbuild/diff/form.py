"""What became of the form: sections added, removed, repeated, moved, renamed, longer and shorter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from songbuild.diff.change import Act, Bars, Change
from songbuild.diff.facts import Facts
from songbuild.diff.identity import Both, Side
from songbuild.diff.words import bars_of, bars_text, count, listing, playing, playings, words

_FORM = ("arrangement", "form")


def _weight(share: float) -> float:
    """What it weighs that this much of the song comes, goes or moves, and with it what is around it."""
    return float(0.95 * share**0.5)


def changes(both: Both) -> list[Change]:
    """Every change of the form."""
    return [*_added(both), *_removed(both), *_moved(both), *_renamed(both), *_longer(both)]


def _runs(places: Sequence[int], indices: Sequence[int]) -> list[list[int]]:
    """Indices in runs of neighbours; `places` are neighbours where they differ by 1."""
    runs: list[list[int]] = []
    for place, (at, index) in enumerate(zip(places, indices, strict=True)):
        if place and at == places[place - 1] + 1 and index == indices[place - 1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _added(both: Both) -> Iterator[Change]:
    came = [b for a, b in both.sections if a is None and b is not None]
    for run in _runs(came, came):
        yield from _come_or_gone(both, run, "added")


def _removed(both: Both) -> Iterator[Change]:
    gone = [a for a, b in both.sections if b is None and a is not None]
    for run in _runs(gone, gone):
        yield from _come_or_gone(both, run, "removed")


def _come_or_gone(both: Both, run: list[int], act: Act) -> Iterator[Change]:
    """A stretch of the form that is in one song only: the playing before it again, or something else."""
    facts = both.new if act == "added" else both.old
    sections = facts.sections
    first, last = run[0], run[-1]
    again = first > 0 and all(_same(both, act, first - 1, index) for index in run)
    bars = sum(sections[index].bars for index in run)
    if again:
        name = playing(first - 1, sections)
        before = f" before {playing(last + 1, sections)}" if last + 1 < len(sections) else " at the end"
        times = "" if len(run) == 1 else f" {len(run)} times" if act == "added" else f" (was {len(run)} times)"
        if act == "added":
            text = f"{name} repeated{times}: {count(bars, 'bar')} more{before}"
        else:
            text = f"{name} no longer repeated{times}: {count(bars, 'bar')} fewer{before}"
    else:
        after = f"after {playing(first - 1, sections)}" if first else "at the start"
        name = _names(run, facts)
        length = count(bars, "bar")
        text = f"{name} added: {length} {after}" if act == "added" else f"{name} removed ({length} {after})"
    side: Side = "new" if act == "added" else "old"
    yield Change(
        "form", act, sections[first].name, text, _stretch(facts, run, side), path=_FORM,
        weight=_weight(both.share(run, side)),
    )  # fmt: skip


def _names(run: Sequence[int], facts: Facts) -> str:
    """'verse 2 and bridge', 'verse 2 to outro' of many."""
    names = [playing(index, facts.sections) for index in run]
    return listing(names) if len(names) <= 3 else f"{names[0]} to {names[-1]}"


def _same(both: Both, act: Act, one: int, other: int) -> bool:
    """Whether two playings of a song are the same music."""
    facts, notes = (both.new, both.new_notes) if act == "added" else (both.old, both.old_notes)
    a, b = facts.sections[one], facts.sections[other]
    if (a.name, a.bars, a.key) != (b.name, b.bars, b.key):
        return False
    return all(
        [note[:5] for note in by_section[one]] == [note[:5] for note in by_section[other]]
        for by_section in notes.values()
    )


def _stretch(facts: Facts, run: Sequence[int], side: Side = "new") -> tuple[Bars, ...]:
    return tuple(bars_of(facts.sections[index], side) for index in run)


def _moved(both: Both) -> Iterator[Change]:
    origin = {b: a for a, b in both.kept}
    moved = sorted(both.moved)
    sections = both.new.sections
    for run in _runs([origin[index] for index in moved], moved):
        name = _names(run, both.new)
        where = f"after {playing(run[0] - 1, sections)}" if run[0] else "at the start"
        bars = bars_text([(sections[run[0]].first_bar, sections[run[-1]].first_bar + sections[run[-1]].bars - 1)])
        yield Change(
            "form", "moved", sections[run[0]].name, f"{name} moved: now {where} ({bars})",
            _stretch(both.new, run), path=_FORM, weight=_weight(both.share(run)),
        )  # fmt: skip


def _renamed(both: Both) -> Iterator[Change]:
    """A section that has another name throughout, and playings that now are of another section."""
    names: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for a, b in both.kept:
        pair = both.old.sections[a].name, both.new.sections[b].name
        if pair[0] != pair[1]:
            names.setdefault(pair, []).append((a, b))
    left = {section.name for section in both.new.sections}
    before = {section.name for section in both.old.sections}
    for (was, now), pairs in names.items():
        where = [b for _, b in pairs]
        if was not in left and now not in before:
            act: Act = "renamed"
            text = f"{words(was)} renamed to {words(now)}"
        else:
            act = "changed"
            old = playings([a for a, _ in pairs], both.old.sections)
            text = f"{old} {'is' if len(pairs) == 1 else 'are'} now {playings(where, both.new.sections)}"
        yield Change(
            "form", act, now, text, _stretch(both.new, where), was, now,
            path=("arrangement", "sections", now), weight=both.share(where) * 0.05,
        )  # fmt: skip


def _longer(both: Both) -> Iterator[Change]:
    found: dict[tuple[str, int, int], list[int]] = {}
    for a, b in both.kept:
        old, new = both.old.sections[a], both.new.sections[b]
        if old.bars != new.bars:
            found.setdefault((new.name, old.bars, new.bars), []).append(b)
    for (name, was, now), where in found.items():
        longer = f"{count(abs(now - was), 'bar')} {'longer' if now > was else 'shorter'}"
        extra = abs(now - was) / max(was, now)
        yield Change(
            "form", "changed", name, f"{playings(where, both.new.sections)}: {longer}, {was} -> {now}",
            _stretch(both.new, where), was, now, "bars", ("arrangement", "sections", name),
            _weight(both.share(where) * extra),
        )  # fmt: skip
