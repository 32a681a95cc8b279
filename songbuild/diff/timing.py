"""What became of the clock: tempo, meter, pickup and length."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from songbuild.diff.change import Bars, Change
from songbuild.diff.facts import TICKS, Facts, Section
from songbuild.diff.identity import Both
from songbuild.diff.words import (
    bar_at,
    bars_of,
    bars_text,
    beat_text,
    count,
    duration,
    length_text,
    number,
    places,
    playing,
    stretches,
)

Profile = tuple[tuple[int, float | str], ...]
"""What a section is played in: (ticks or bars since its start, value), the first at 0."""
_RAMP = TICKS // 2
"""A ramp's points lie no further apart (see `reading`)."""


def changes(both: Both) -> list[Change]:
    """Every change of tempo, meter, pickup and length."""
    return [
        *_profiles(both, "tempo", " bpm", _tempo, _tempo_text),
        *_profiles(both, "meter", "", _meter, _meter_text),
        *_came(both),
        *_pickup(both),
        *_length(both),
    ]


def seconds(facts: Facts) -> float:
    """How long a song lasts, but for its tail."""
    end = facts.bars[-1] if facts.bars else 0
    points = [*((at, bpm) for at, bpm in facts.tempo if at < end), (end, 0.0)]
    return sum(
        (after - max(0, at)) / TICKS * 60 / bpm for (at, bpm), (after, _) in pairwise(points) if after > max(0, at)
    )


def _tempo(facts: Facts, section: Section) -> Profile:
    return _between(facts.tempo, section.start, section.start + section.length)


def _meter(facts: Facts, section: Section) -> Profile:
    return _between(facts.meters, section.first_bar, section.first_bar + section.bars)


def _between(points: Sequence[tuple[int, float | str]], start: int, stop: int) -> Profile:
    """The points from `start` up to `stop`, and the value at `start`."""
    first = max(0, bisect_right(points, start, key=lambda point: point[0]) - 1)
    found = [(max(0, at - start), value) for at, value in points[first:] if at < stop]
    return tuple(found)


def _profiles(
    both: Both,
    subject: str,
    unit: str,
    profile: Callable[[Facts, Section], Profile],
    text: Callable[[Profile, Facts, Section], str],
) -> Iterator[Change]:
    """Changes of what holds throughout, or in single sections, those that change alike told together."""
    changed: dict[tuple[Profile, Profile], list[tuple[int, int]]] = {}
    every = [(profile(both.old, both.old.sections[a]), profile(both.new, both.new.sections[b])) for a, b in both.kept]
    for pair, (was, now) in zip(both.kept, every, strict=True):
        if _until(was, both.old.sections[pair[0]], now, both.new.sections[pair[1]], subject) != now:
            changed.setdefault((was, now), []).append(pair)
    if not both.kept:
        was, now = _whole(both.old, subject), _whole(both.new, subject)
        old, new = (", ".join(f"{value}{unit}" for _, value in each) for each in (was, now))
        if was != now:
            yield _one(both, subject, unit, was, now, [], old, new)
        return
    single: list[Change] = []
    for (was, now), pairs in changed.items():
        a, b = (both.old.sections[pairs[0][0]], both.new.sections[pairs[0][1]])
        old, new = text(was, both.old, a), text(now, both.new, b)
        if subject == "tempo" and old == new and (a.bars, a.length) != (b.bars, b.length):
            continue  # the same tempo in as many bars, which have become longer or shorter
        single.append(_one(both, subject, unit, was, now, pairs, old, new))
    if len(single) <= 3:
        yield from single
        return
    where = [b for pairs in changed.values() for _, b in pairs]
    throughout = len(where) == len(both.kept)
    place = "throughout" if throughout else f"in {_where(both, where)}"
    yield Change(
        "time", "changed", subject, f"{subject} changed {place}",
        both.bars(where), path=(subject,), weight=both.share(where), details=tuple(single),
    )  # fmt: skip


def _came(both: Both) -> Iterator[Change]:
    """The tempo and the meter of sections that have come, where it isn't what was before them."""
    known = {section.name for section in both.old.sections}
    for a, b in both.sections:
        if a is not None or b is None or both.new.sections[b].name in known:
            continue
        section = both.new.sections[b]
        name = playing(b, both.new.sections)
        for subject, points, (start, stop), profile, text in (
            ("tempo", both.new.tempo, (section.start, section.start + section.length), _tempo, _tempo_text),
            ("meter", both.new.meters, (section.first_bar, section.first_bar + section.bars), _meter, _meter_text),
        ):
            now = profile(both.new, section)
            beside = [value for at, value in points if at < start] or [_between(points, stop, stop + 1)[0][1]]
            if any(value != beside[-1] for _, value in now):
                told = text(now, both.new, section)
                yield Change(
                    "time", "added", subject, f"{subject}, {name}: {told}", (bars_of(section),), new=told,
                    path=(subject,), weight=both.share([b]) * 0.3,
                )  # fmt: skip


def _until(was: Profile, before: Section, now: Profile, after: Section, subject: str) -> Profile:
    """The old profile as far as the new section goes; a section that is longer than it was goes on as it ended."""
    length = after.bars if subject == "meter" else after.length
    shorter = before.bars if subject == "meter" else before.length
    return tuple(point for point in was if point[0] < length) + tuple(
        point for point in now if point[0] >= shorter and shorter < length
    )


def _whole(facts: Facts, subject: str) -> Profile:
    return facts.tempo if subject == "tempo" else facts.meters


def _one(
    both: Both,
    subject: str,
    unit: str,
    was: Profile,
    now: Profile,
    pairs: Sequence[tuple[int, int]],
    old: str,
    new: str,
) -> Change:
    where = [b for _, b in pairs]
    single = _single_meter(was, now, [both.new.sections[b] for b in where]) if subject == "meter" else None
    everywhere = len(pairs) == len(both.kept)
    place = subject if everywhere else f"{subject}, {_where(both, where)}"
    if single is not None:
        bars, before, after = single
        told = f"{place}, {bars}: {before} -> {after}" if len(pairs) > 1 else f"{subject}, {bars}: {before} -> {after}"
    elif old == new:
        told = f"{place}: {new} on another curve"
    elif len(was) == len(now) == 1:
        told = f"{place}{' ' if everywhere else ': '}{_plain(was)} -> {_plain(now)}{unit}"
    else:
        told = f"{place}: now {new} (was {old})"
    return Change(
        "time", "changed", subject, told, both.bars(where),
        old=was[0][1] if len(was) == 1 else old, new=now[0][1] if len(now) == 1 else new, unit=unit.strip(),
        path=(subject,), weight=both.share(where) if pairs else 1.0,
    )  # fmt: skip


def _single_meter(was: Profile, now: Profile, where: Sequence[Section]) -> tuple[str, str, str] | None:
    """The bars and both meters, where a section has another meter in some bars that stand together."""
    if len(was) == len(now) == 1 or not where:
        return None
    found: dict[tuple[str, str], list[int]] = {}
    for bar in range(where[0].bars):
        before, after = (str([value for at, value in profile if at <= bar][-1]) for profile in (was, now))
        if before != after:
            found.setdefault((before, after), []).append(bar)
    if len(found) != 1:
        return None
    ((before, after), bars) = found.popitem()
    first = where[0].first_bar if len(where) == 1 else 1
    told = bars_text(stretches(first + bar for bar in bars))
    return f"{told} of each" if len(where) > 1 else told, before, after


def _plain(profile: Profile) -> str:
    value = profile[0][1]
    return value if isinstance(value, str) else number(value)


def _where(both: Both, where: Sequence[int]) -> str:
    return places(where, both.new.sections)


class _Stretch(NamedTuple):
    start: int
    stop: int
    first: float
    last: float


def _ramps(profile: Profile) -> list[_Stretch]:
    """The jumps (start equals stop) and ramps that the points of a tempo stand for."""
    found: list[_Stretch] = []
    for at, value in profile:
        bpm = float(value)
        last = found[-1] if found else None
        if (
            last
            and at - last.stop <= _RAMP
            and (last.start == last.stop or (bpm > last.last) == (last.last > last.first))
        ):
            found[-1] = _Stretch(last.start, at, last.first, bpm)
        else:
            found.append(_Stretch(at, at, bpm, bpm))
    return found


def _tempo_text(profile: Profile, facts: Facts, section: Section) -> str:
    """'96 bpm', '96 bpm, 104 bpm from bar 17', '96 to 88 bpm over bars 33-36'."""
    told = []
    before = None
    stop = section.start + section.length
    if len(profile) > 1 and profile[-1][0] - profile[-2][0] <= _RAMP:
        # What a ramp leads to may lie on the section's end.
        profile = (*profile, *((section.length, value) for at, value in facts.tempo if at == stop))
    for stretch in _ramps(profile):
        bar, offset = bar_at(facts, section.start + stretch.start)
        if stretch.start != stretch.stop:
            last, rest = bar_at(facts, section.start + stretch.stop)
            over = bars_text([(bar, last if rest else max(bar, last - 1))])
            start = "" if before == stretch.first else f"{number(stretch.first)} "
            told.append(f"{start}to {number(stretch.last)} bpm over {over}")
        elif stretch.start == 0:
            told.append(f"{number(stretch.first)} bpm")
        else:
            beat = f".{beat_text(offset)}" if offset else ""
            told.append(f"{number(stretch.first)} bpm from bar {bar}{beat}")
        before = stretch.last
    return ", ".join(told)


def _meter_text(profile: Profile, facts: Facts, section: Section) -> str:  # noqa: ARG001
    return ", ".join(str(meter) if at == 0 else f"{meter} from bar {section.first_bar + at}" for at, meter in profile)


def _pickup(both: Both) -> Iterator[Change]:
    was, now = (_pickup_of(facts) for facts in (both.old, both.new))
    if was == now or not (both.old.sections and both.new.sections):
        return
    if was and now:
        act, text = "changed", f"pickup {_long(was)} -> {_long(now)}"
    else:
        act, text = ("added", f"a pickup of {_long(now)}") if now else ("removed", f"no pickup (was {_long(was)})")
    yield Change(
        "time", act, "pickup", text, (Bars(0, 0),) if now else (),  # type: ignore[arg-type]
        old=was / TICKS, new=now / TICKS, unit="beats", path=("pickup",), weight=0.1,
    )  # fmt: skip


def _pickup_of(facts: Facts) -> int:
    return facts.sections[0].start if facts.sections else 0


def _long(ticks: int) -> str:
    return length_text(ticks) if ticks % TICKS else count(ticks // TICKS, "beat")


def _length(both: Both) -> Iterator[Change]:
    was, now = (sum(section.bars for section in facts.sections) for facts in (both.old, both.new))
    if was == now:
        return
    longer = f"{count(abs(now - was), 'bar')} {'longer' if now > was else 'shorter'}"
    time = f"{duration(seconds(both.old))} -> {duration(seconds(both.new))}"
    yield Change(
        "time", "changed", "length", f"{longer}: {was} -> {now} bars, {time}",
        old=was, new=now, unit="bars", path=("arrangement", "form"), weight=0.02,
    )  # fmt: skip
