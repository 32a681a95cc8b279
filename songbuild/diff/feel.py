"""What became of the feel: swing, humanize and strums of parts that are in both songs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from songbuild.diff.change import Change
from songbuild.diff.facts import Feel
from songbuild.diff.identity import Both
from songbuild.diff.words import number, parts_text, places


class _Told(NamedTuple):
    """What became of the feel of a part: which setting, its text before and after, the path of its key."""

    what: str
    text: str
    old: float | str
    new: float | str
    unit: str


def changes(both: Both) -> Iterator[Change]:
    """Every change of feel in sections that a part plays in both songs, those alike told together."""
    found: dict[_Told, list[tuple[str, int]]] = {}
    playing_parts: dict[int, set[str]] = {}
    for a, b in both.both_parts:
        old = {feel.section: feel for feel in both.old.feels.get(a, ())}
        new = {feel.section: feel for feel in both.new.feels.get(b, ())}
        for i, j in both.kept:
            if i in old and j in new and both.new_notes[b][j]:
                playing_parts.setdefault(j, set()).add(b)
                for told in _feel(old[i], new[j]):
                    found.setdefault(told, []).append((b, j))
    for told, spots in found.items():
        where = sorted({index for _, index in spots})
        parts = [name for name in both.new.parts if any(part == name for part, _ in spots)]
        everyone = all({part for part, index in spots if index == each} == playing_parts[each] for each in where)
        everywhere = set(where) == {j for j, names in playing_parts.items() if everyone or names & set(parts)}
        every = [name for name in both.new.parts if any(name in playing_parts[each] for each in where)]
        who = "" if everyone else parts_text(parts, every)
        prefix = ", ".join(filter(None, (who, "" if everywhere else places(where, both.new.sections))))
        yield Change(
            "time", "changed", told.what if everyone else parts[0], f"{prefix}: {told.text}" if prefix else told.text,
            both.bars(where), old=told.old, new=told.new, unit=told.unit,
            path=(told.what.partition(" ")[0],) if everyone else ("arrangement", "tracks", parts[0]),
            weight=both.share(where) * 0.4 * (1.0 if everyone else len(parts) / max(1, len(both.new.parts))),
        )  # fmt: skip


def _feel(old: Feel, new: Feel) -> Iterator[_Told]:
    if old.swing != new.swing:
        was, now = (feel.swing or "straight" for feel in (old, new))
        same = old.swing and new.swing and was.partition(" of ")[2] == now.partition(" of ")[2]
        yield _Told("swing", f"swing {was.partition(' of ')[0] if same else was} -> {now}", was, now, "")
    if old.strum_ms != new.strum_ms:
        was, now = (", ".join(map(number, feel.strum_ms)) for feel in (old, new))
        text = f"strum {was} -> {now} ms" if was and now else f"strummed, {now} ms" if now else "no longer strummed"
        yield _Told("strum", text, was, now, "ms")
    if bool(old.time_ms or old.velocity) != bool(new.time_ms or new.velocity):
        yield _Told(
            "humanize",
            f"humanized: {_human(new)}" if _human(new) else "no longer humanized",
            _human(old),
            _human(new),
            "",
        )
        return
    if old.time_ms != new.time_ms:
        text = f"humanize time {number(old.time_ms)} -> {number(new.time_ms)} ms"
        yield _Told("humanize time", text, old.time_ms, new.time_ms, "ms")
    if old.velocity != new.velocity:
        text = f"humanize velocity {number(old.velocity)} -> {number(new.velocity)}"
        yield _Told("humanize velocity", text, old.velocity, new.velocity, "")
    if old.seed != new.seed:
        yield _Told("humanize seed", f"humanize seed {old.seed} -> {new.seed}", old.seed, new.seed, "")


def _human(feel: Feel) -> str:
    time = f"time {number(feel.time_ms)} ms" if feel.time_ms else ""
    return ", ".join(filter(None, (time, f"velocity {number(feel.velocity)}" if feel.velocity else "")))
