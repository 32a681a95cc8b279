"""Piano rolls and drum grids: what stays is grey, what changes is drawn over it.

Added notes are full, removed ones hollow, dashed and struck out; an arrow leads from where a note was to where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from songbuild.diff.facts import TICKS
from songbuild.diff.page.drawing import LETTER, arrow, box, drawing, path, px, text, titled
from songbuild.diff.page.paper import TOP, Paper, lines, paper
from songbuild.diff.page.stretches import Mark, Spot, Stretch
from songbuild.diff.words import beat_text, length_text, words

_BLACK = frozenset({1, 3, 6, 8, 10})
_LABEL = 11
"""Pixels between two labels, one above the other."""
_LANE = 40
"""Pixels of the lane of velocities."""
_HIT, _DRUM_ROW = 6.0, 18.0
"""Pixels of a stroke on a drum, across; of a row of them, down."""

Spell = Callable[[int], str]


def notes(stretch: Stretch, title: str, spell: Spell, drums: Mapping[int, str]) -> str:
    """A stretch as a drum grid where drums play, else as a piano roll.

    `spell` names a pitch; `drums` names the drums of pitches that no grid has named.
    """
    spots = [spot for mark in stretch.marks for spot in mark if spot is not None] + list(stretch.kept)
    grid = bool(drums) or any(spot.drum for spot in spots)
    return _grid(stretch, spots, title, drums) if grid else _roll(stretch, spots, title, spell)


def _roll(stretch: Stretch, spots: Sequence[Spot], title: str, spell: Spell) -> str:
    pitches = sorted({spot.pitch for spot in spots})
    low, high = pitches[0] - 1, pitches[-1] + 1
    row = min(9.0, max(3.5, 230.0 / (high - low + 1)))
    height = row * (high - low + 1)
    names = {pitch: spell(pitch) for pitch in pitches}
    on = paper(stretch, 8 + LETTER * max(3, *(len(name) for name in names.values())))

    def note(spot: Spot) -> str:
        x = on.x(spot.start)
        width = max(2.0, on.x(spot.start + spot.length) - x - 0.7)
        return box(x, TOP + (high - spot.pitch) * row, width, row - 0.5)

    def centre(spot: Spot) -> tuple[float, float]:
        half = (on.x(spot.start + spot.length) - on.x(spot.start)) / 2
        return on.x(spot.start) + min(8.0, half), TOP + (high - spot.pitch + 0.5) * row

    dark = "".join(
        box(on.left, TOP + (high - pitch) * row, on.width - on.left, row)
        for pitch in range(low, high + 1)
        if pitch % 12 in _BLACK
    )
    body = [path("keys", dark), *lines(on, height)]
    body += [
        text(on.left - 4, TOP + (high - pitch + 0.5) * row + 4, names[pitch], "end dim")
        for pitch in _labelled(pitches, stretch, row)
    ]
    body += _kept(stretch.kept, note)
    body += (_drawn(mark, on, note, centre, lambda spot: names[spot.pitch]) for mark in stretch.marks)
    lane = any(mark.old and mark.new and mark.old.velocity != mark.new.velocity for mark in stretch.marks)
    if lane:
        body += _velocities(stretch, on, TOP + height + 8)
    return drawing(title, on.width, TOP + height + (_LANE + 10 if lane else 2), body, "roll")


def _labelled(pitches: Sequence[int], stretch: Stretch, row: float) -> list[int]:
    """The pitches that have a name beside them: the outer ones, those that change, every C, as far as there is room."""
    changing = sorted({spot.pitch for mark in stretch.marks for spot in mark if spot is not None})
    wanted = [pitches[0], pitches[-1], *changing, *(pitch for pitch in pitches if pitch % 12 == 0), *pitches]
    found: list[int] = []
    for pitch in wanted:
        if all(abs(pitch - other) * row >= _LABEL for other in found):
            found.append(pitch)
    return found


def _grid(stretch: Stretch, spots: Sequence[Spot], title: str, drums: Mapping[int, str]) -> str:
    def drum(spot: Spot) -> str:
        return words(spot.drum or drums.get(spot.pitch) or str(spot.pitch))

    # as a score has them: the lowest at the bottom
    keys: dict[str, int] = {}
    for spot in spots:
        keys[drum(spot)] = min(spot.pitch, keys.get(drum(spot), 127))
    rows = {name: at for at, name in enumerate(sorted(keys, key=lambda name: (-keys[name], name)))}
    on = paper(stretch, 8 + LETTER * max(len(name) for name in rows))
    height = _DRUM_ROW * len(rows)

    def hit(spot: Spot) -> str:
        tall = 3.0 + (_DRUM_ROW - 5.0) * spot.velocity / 127
        return box(on.x(spot.start) + 0.5, TOP + _DRUM_ROW * (rows[drum(spot)] + 1) - 1 - tall, _HIT, tall)

    def centre(spot: Spot) -> tuple[float, float]:
        return on.x(spot.start) + 0.5 + _HIT / 2, TOP + _DRUM_ROW * (rows[drum(spot)] + 0.6)

    across = "".join(f"M{px(on.left)} {px(TOP + _DRUM_ROW * at)}H{px(on.width)}" for at in range(len(rows) + 1))
    body = [path("beats", _steps(on, height)), *lines(on, height), path("rows", across)]
    body += [text(on.left - 4, TOP + _DRUM_ROW * (at + 0.72), name, "end dim") for name, at in rows.items()]
    body += _kept(stretch.kept, hit)
    body += (_drawn(mark, on, hit, centre, drum) for mark in stretch.marks)
    return drawing(title, on.width, TOP + height + 2, body, "grid")


def _steps(on: Paper, height: float) -> str:
    """Sixteenths, where there is room for them."""
    if on.beat < 24:
        return ""
    steps = (
        bar.start + tick
        for run in on.runs
        for bar in run
        for tick in range(0, bar.length, TICKS // 4)
        if tick % bar.beat
    )
    return "".join(f"M{px(on.x(tick))} {TOP}v{px(height)}" for tick in steps)


def _kept(spots: Sequence[Spot], shape: Callable[[Spot], str]) -> Iterator[str]:
    """What stays, in a path for each quarter of the velocities."""
    by_level: dict[int, str] = {}
    for spot in spots:
        by_level[_level(spot)] = by_level.get(_level(spot), "") + shape(spot)
    for level, way in sorted(by_level.items()):
        yield path(f"kept v{level}", way)


def _level(spot: Spot) -> int:
    return min(4, 1 + spot.velocity // 32)


def _drawn(
    mark: Mark,
    on: Paper,
    shape: Callable[[Spot], str],
    centre: Callable[[Spot], tuple[float, float]],
    name: Callable[[Spot], str],
) -> str:
    """A changed note, with what became of it in words."""
    body = titled(_said(mark, on, name))
    old, new = mark
    if old is not None and (new is None or shape(old) != shape(new)):
        body += path("old", shape(old))
    if new is not None:
        body += path(f"new v{_level(new)}", shape(new))
    if new is None and old is not None:
        x, y = centre(old)
        body += path("strike", f"M{px(x - 2)} {px(y + 3)}l5 -6")
    if old is not None and new is not None and mark.kind == "moved":
        body += path("way", arrow(*centre(old), *centre(new)))
    return f'<g class="mark {mark.kind}">{body}</g>'


def _said(mark: Mark, on: Paper, name: Callable[[Spot], str]) -> str:
    """'E3 -> G3, bar 5, beat 2.5', 'added: E3, bar 5, beat 1, an eighth, velocity 90'."""

    def where(spot: Spot) -> str:
        bar = on.bar(spot.start)
        return f"bar {bar.number}, beat {beat_text(spot.start - bar.start, bar.beat)}"

    old, new = mark
    if old is None or new is None:
        spot = new or old
        assert spot
        length = "" if spot.drum else f", {length_text(spot.length)}"
        return f"{mark.kind}: {name(spot)}, {where(spot)}{length}, velocity {spot.velocity}"
    told = [name(new) if name(old) == name(new) else f"{name(old)} → {name(new)}"]
    told.append(where(new) if old.start == new.start else f"{where(old)} → {where(new)}")
    if old.length != new.length and not new.drum:
        told.append(f"{length_text(old.length)} → {length_text(new.length)}")
    if old.velocity != new.velocity:
        told.append(f"velocity {old.velocity} → {new.velocity}")
    return ", ".join(told)


def _velocities(stretch: Stretch, on: Paper, top: float) -> Iterator[str]:
    """Velocities: of notes that stay stems, of those that change a ring where they were and a dot where they are."""

    def y(velocity: int) -> float:
        return top + _LANE * (1 - velocity / 127)

    def ring(x: float, at: float, size: float) -> str:
        return (
            f"M{px(x - size)} {px(at)}a{size:g} {size:g} 0 1 0 {2 * size:g} 0a{size:g} {size:g} 0 1 0 {-2 * size:g} 0"
        )

    stems = "".join(f"M{px(on.x(spot.start) + 2)} {px(top + _LANE)}V{px(y(spot.velocity))}" for spot in stretch.kept)
    ways = rings = dots = ""
    for old, new in stretch.marks:
        if old is None or new is None or old.velocity == new.velocity:
            continue
        x = on.x(new.start) + 2
        rings += ring(x, y(old.velocity), 3.0)
        dots += ring(x, y(new.velocity), 3.0)
        ways += f"M{px(x)} {px(y(old.velocity))}V{px(y(new.velocity))}"
    yield path("rows", f"M{px(on.left)} {px(top)}H{px(on.width)}M{px(on.left)} {px(top + _LANE)}H{px(on.width)}")
    yield text(on.left - 4, top + 9, "127", "end dim") + text(on.left + 3, top + 9, "velocity", "dim")
    yield path("stems", stems) + path("louder", ways) + path("was", rings) + path("is", dots)
