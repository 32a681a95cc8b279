"""What became of velocities and of lengths: another level, accents, a crescendo; staccato, legato."""

from __future__ import annotations

from songbuild.diff.facts import TICKS, Note
from songbuild.diff.notes.stretch import LENGTH, VELOCITY, Claim, Stretch, only
from songbuild.diff.words import beat_text, listing, values_text

_RISE = 12
"""The least that a crescendo grows by, in velocity."""


def level(s: Stretch) -> Claim | None:
    """One velocity for another: 'velocity 96 -> 80'."""
    was, now = only([old[3] for old, _ in s.kept]), only([new[3] for _, new in s.kept])
    if was is None or now is None or was == now:
        return None
    return Claim(f"velocity {was} -> {now}", VELOCITY, _heard(now - was), old=was, new=now)


def scaled(s: Stretch) -> Claim | None:
    """All velocities by one factor or one amount: 'velocity to 83%', 'velocity 16 lower'."""
    if len(s.kept) < 2 or all(old[3] == new[3] for old, new in s.kept):
        return None
    step = only([new[3] - old[3] for old, new in s.kept])
    if step:
        return Claim(f"velocity {abs(step)} {'higher' if step > 0 else 'lower'}", VELOCITY, _heard(step))
    low, high = 0.0, 1e9
    for old, new in s.kept:
        if new[3] < 127:
            high = min(high, (new[3] + 0.5) / (old[3] - 0.5))
        if new[3] > 1:
            low = max(low, (new[3] - 0.5) / (old[3] + 0.5))
    percent = round(50 * (low + high))
    if low > high or high > 100 or percent == 100:
        return None
    mean = sum(new[3] - old[3] for old, new in s.kept) / len(s.kept)
    return Claim(f"velocity to {percent}%", VELOCITY, _heard(mean), whole=False)


def accents(s: Stretch) -> Claim | None:
    """The notes on some beats of every bar, and no others: 'beats 2 and 4 louder'."""
    places: dict[int, int] = {}
    still = set()
    for old, new in s.kept:
        bar = s.frame.bar_of(new[0])
        place = new[0] - s.frame.bars[bar]
        step = new[3] - old[3]
        if not step:
            still.add(place)
        elif places.setdefault(place, step) * step < 0:
            return None
    if not places or not still or still & places.keys() or (s.last == s.first and len(places) < 2):
        return None
    signs = {step > 0 for step in places.values()}
    if len(signs) > 1:
        return None
    beat = s.frame.beats[s.first]
    if len(places) > 4:
        if any(place % beat != beat // 2 for place in places) or any(place % beat == beat // 2 for place in still):
            return None
        told = "offbeats"
    else:
        told = f"beat{'s' if len(places) > 1 else ''} {listing([beat_text(place, beat) for place in sorted(places)])}"
    return Claim(f"{told} {'louder' if signs.pop() else 'softer'}", VELOCITY, 0.3, whole=False)


def growing(s: Stretch) -> Claim | None:
    """A level that was even now grows or fades: 'crescendo, velocity 60 -> 100'."""
    was, now = [old[3] for old, _ in s.kept], _by_start([new for _, new in s.kept])
    if len(now) < 4 or len(set(was)) > 2 or abs(now[-1] - now[0]) < _RISE:
        return None
    if now not in (sorted(now), sorted(now, reverse=True)):
        return None
    name = "crescendo" if now[-1] > now[0] else "decrescendo"
    return Claim(f"{name}, velocity {now[0]} -> {now[-1]}", VELOCITY, 0.4, whole=False)


def _by_start(notes: list[Note]) -> list[int]:
    """The loudest velocity at each time."""
    found: dict[int, int] = {}
    for note in notes:
        found[note[0]] = max(found.get(note[0], 0), note[3])
    return [found[start] for start in sorted(found)]


def evened(s: Stretch) -> Claim | None:
    """Many velocities became one: 'velocity even at 80 (was 60-100)'."""
    was, now = [old[3] for old, _ in s.kept], only([new[3] for _, new in s.kept])
    if now is None or len(was) < 4 or min(was) == max(was):
        return None
    return Claim(f"velocity even at {now} (was {min(was)}-{max(was)})", VELOCITY, 0.3, new=now)


def louder(s: Stretch) -> Claim | None:
    """Most velocities changed: 'louder, velocity 60-80 -> 72-96'."""
    steps = [new[3] - old[3] for old, new in s.kept]
    moving = [step for step in steps if step]
    if len(moving) < 4 or 2 * len(moving) < len(steps):
        return None
    was, now = [old[3] for old, _ in s.kept], [new[3] for _, new in s.kept]
    name = "louder" if min(moving) > 0 else "softer" if max(moving) < 0 else "other velocities"
    words = f"{name}, velocity {_range(was)} -> {_range(now)}"
    return Claim(words, VELOCITY, _heard(sum(abs(step) for step in steps) / len(steps)), whole=False)


def _range(values: list[int]) -> str:
    return f"{min(values)}-{max(values)}" if min(values) < max(values) else str(values[0])


def _heard(step: float) -> float:
    """How much a change of velocity is heard: 40 is about as much as other notes."""
    return min(0.8, 0.1 + abs(step) / 60)


def held(s: Stretch) -> Claim | None:
    """One length for another: 'eighths held as quarters'."""
    was, now = only([old[1] for old, _ in s.kept]), only([new[1] for _, new in s.kept])
    if len(s.kept) < 2 or was is None or now is None or was == now or _other_notes(s):
        return None
    before, after = values_text(was), values_text(now)
    if before is None or after is None:
        return None
    word = "longer" if now > was else "staccato" if 2 * now == was else "shorter"
    return Claim(f"{word}: {before} held as {after}", LENGTH, 0.25)


def _other_notes(s: Stretch) -> bool:
    """Whether a line has other notes now: lengths follow from where the next one starts."""
    return s.drum is None and bool(s.added or s.removed)


def clipped(s: Stretch) -> Claim | None:
    """All lengths by one factor: 'staccato, half as long', 'notes 90% as long'."""
    if len(s.kept) < 2 or all(old[1] == new[1] for old, new in s.kept) or _other_notes(s):
        return None
    old, new = s.kept[0]
    if any(a[1] * new[1] != b[1] * old[1] for a, b in s.kept):
        return None
    if 2 * new[1] == old[1]:
        return Claim("staccato, notes half as long", LENGTH, 0.25)
    percent = round(100 * new[1] / old[1])
    exact = 100 * new[1] == percent * old[1]
    return Claim(f"notes {percent}% as long", LENGTH, 0.2, whole=exact)


def legato(s: Stretch) -> Claim | None:
    """Every note now lasts until the next."""
    if not s.line or len(s.new) < 4 or s.added or s.removed:
        return None
    if any(a[0] + a[1] != b[0] for a, b in zip(s.new, s.new[1:], strict=False)):
        return None
    gaps = sum(a[0] + a[1] < b[0] for a, b in zip(s.old, s.old[1:], strict=False))
    last = s.kept[-1]
    kept = last[0][1] == last[1][1]
    return Claim("legato", LENGTH, 0.25, whole=kept) if 2 * gaps > len(s.old) else None


def longer(s: Stretch) -> Claim | None:
    """Most lengths changed the same way."""
    steps = [new[1] - old[1] for old, new in s.kept if new[1] != old[1]]
    if len(steps) < 4 or 2 * len(steps) < len(s.kept) or (min(steps) < 0 < max(steps)):
        return None
    if max(map(abs, steps)) < TICKS // 32:
        return Claim("notes a touch longer" if steps[0] > 0 else "notes a touch shorter", LENGTH, 0.1, whole=False)
    return Claim("longer notes" if steps[0] > 0 else "shorter notes", LENGTH, 0.25, whole=False)
