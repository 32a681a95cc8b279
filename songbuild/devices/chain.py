"""A fused chain of inserts: effects in order on one signal, with automation, side-chains and compensated latency.

Automation moves in control blocks of 256 frames: over each block an effect runs twice from one state, with the
parameters of the block's start and of its end, the two outputs are crossfaded linearly, and the second one's state
goes on: no steps, whatever the effect.  A jump is spread over one block.  Where no lane moves, the effect runs once,
with exactly that value.

The blocks count from where a movement starts, so they don't depend on how the signal is cut, nor on where in the
song it stands.  To know the blocks at its edges, a stretch must be given lanes that reach `MARGIN` frames further on
both sides; `act_chain` does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np

from songbuild.devices.device import Audio, Effect, State
from songbuild.devices.effects import EFFECTS
from songbuild.dsp.curves import Frames, Point, cut, moving, sample
from songbuild.engine.graph import Json, Tile
from songbuild.units import Params

CONTROL = 256
MARGIN = 3 * CONTROL
"""A jump is spread over one block, which ends in another, which may start or end outside of the stretch."""


@dataclass(frozen=True, slots=True)
class Insert:
    """One effect of a chain.

    `lanes` maps a parameter's path ("threshold_db", "bands.2.gain_db") to its points as `curves.cut` spells them;
    `side` numbers the side input that the detector listens to.  Each side input belongs to one insert.
    """

    effect: Effect
    params: Params
    lanes: Mapping[str, Sequence[Point]]
    side: int | None = None

    def latency(self, rate: int) -> int:
        """Frames by which its output comes late."""
        return self.effect.latency(self.params, rate) if self.effect.latency else 0


def build(specs: Sequence[Json], effects: Mapping[str, Effect] = EFFECTS) -> tuple[Insert, ...]:
    """Inserts of canonical specs {"device": …, "revision": …, "params": {…}, "lanes": {…}, "side": null or number}.

    The values have been validated when the song was planned.  Raises KeyError for an unknown effect and ValueError
    for another revision of it: a plan is only good for the version that made it.
    """
    inserts = []
    for spec in specs:
        effect = effects[spec["device"]]
        if spec.get("revision", effect.revision) != effect.revision:
            raise ValueError(f"{effect.name} has revision {effect.revision}, the plan asks for {spec['revision']}")
        params = effect.params.model_validate(spec["params"])
        inserts.append(Insert(effect, params, spec.get("lanes") or {}, spec.get("side")))
    return tuple(inserts)


def latency(inserts: Sequence[Insert], rate: int) -> int:
    """Frames by which the chain's output comes late."""
    return sum(insert.latency(rate) for insert in inserts)


def side_offsets(inserts: Sequence[Insert], rate: int) -> tuple[int, ...]:
    """For each side input: how many frames the signal is already late where it meets that input."""
    offsets: dict[int, int] = {}
    late = 0
    for insert in inserts:
        if insert.side is not None:
            if insert.side in offsets:
                raise ValueError(f"side input {insert.side} is used by two inserts")
            offsets[insert.side] = late
        late += insert.latency(rate)
    return tuple(offsets[side] for side in range(len(offsets)))


def width(inserts: Sequence[Insert], channels: int) -> int:
    """Channels of the chain's output for `channels` at its input."""
    return 2 if any(insert.effect.stereo for insert in inserts) else channels


def tail(inserts: Sequence[Insert], rate: int) -> int:
    """Frames that the chain may ring on after its input has ended, with its latency compensated."""
    return sum(insert.effect.tail(insert.params, rate) for insert in inserts if insert.effect.tail)


def process(
    x: Audio, inserts: Sequence[Insert], rate: int, state: State, sides: Sequence[Audio] = ()
) -> tuple[Audio, State]:
    """Run x (channels, frames) through the chain; lanes count from x's first frame, `sides` run along with x.

    Each insert's lanes are in the time of what reaches that insert.  In blocks equals in one piece, bit for bit.
    """
    states = [(None,)] * len(inserts) if state is None else state
    following = []
    for insert, own in zip(inserts, states, strict=True):
        key = None if insert.side is None else sides[insert.side]
        x, own = _insert(x, insert, rate, own, key)
        following.append(own)
    return x, tuple(following)


def _insert(x: Audio, insert: Insert, rate: int, state: State, key: Audio | None) -> tuple[Audio, State]:
    """One effect over one stretch.  `state` holds the effect's state, or the two of a block that isn't over yet."""
    frames = x.shape[1]
    out: list[Audio] = []
    blocks = [*_blocks(insert.lanes.values(), frames)]
    reached, there = 0, insert.params
    edges = sorted({edge for start, stop, moves in blocks if moves for edge in (start, stop)})
    settings = _settings(insert, edges, before=True)
    for start, stop, moves in blocks:
        a, b = max(start, 0), min(stop, frames)
        part, heard = x[:, a:b], None if key is None else key[:, a:b]
        if moves:
            here = there if out and reached == start else settings(start)
            reached, there = stop, settings(stop)
            y, first = _run(insert.effect, part, here, rate, state[0], heard)
            other, second = _run(insert.effect, part, there, rate, state[-1], heard)
            y = y + (other - y) * ((np.arange(a, b) - start) / (stop - start))
            state = (second,) if b == stop else (first, second)
        else:
            y, after = _run(insert.effect, part, _settings(insert, [a], before=False)(a), rate, state[-1], heard)
            state, reached = (after,), start
        out.append(y)
    if not out:
        return np.zeros((width((insert,), len(x)), 0)), state
    return out[0] if len(out) == 1 else np.concatenate(out, axis=1), state


def _run(effect: Effect, x: Audio, p: Params, rate: int, state: State, key: Audio | None) -> tuple[Audio, State]:
    if effect.sidechain:
        return effect.process(x, p, rate, state, x if key is None else key)
    return effect.process(x, p, rate, state)


def _blocks(lanes: Iterable[Sequence[Point]], frames: int) -> Iterator[tuple[int, int, bool]]:
    """(start, stop, whether a lane moves) of all that lies in frames 0 to `frames`.

    Control blocks are given whole, also where they reach beyond these frames.
    """
    spans = sorted((a, b if b > a else a + CONTROL) for lane in lanes for a, b in moving(lane))
    edges = sorted({edge for span in spans for edge in span})
    at = 0
    for from_, to in pairwise(edges):
        acting = [a for a, b in spans if a <= from_ and b >= to]
        if to <= 0 or from_ >= frames or not acting:
            continue
        if at < from_:
            yield at, from_, False
        anchor = acting[0]  # the earliest start among what moves here: known wherever the signal is cut
        grid = range(anchor + (max(from_, 0) - anchor) // CONTROL * CONTROL, min(to, frames), CONTROL)
        for start in grid:
            yield max(start, from_), min(start + CONTROL, to), True
        at = to
    if at < frames:
        yield at, frames, False


def _settings(insert: Insert, edges: Sequence[int], before: bool) -> Callable[[int], Params]:
    """The insert's parameters with its lanes' values at any of the rising frames `edges`, or just before them."""
    where: Frames = np.array(edges, dtype=np.int64)
    lanes = {path: sample(lane, where, before) for path, lane in insert.lanes.items()}

    def at(frame: int) -> Params:
        params: Any = insert.params
        for path, values in lanes.items():
            params = _replaced(params, path.split("."), float(values[bisect_left(edges, frame)]))
        return cast(Params, params)

    return at


def _replaced(item: Any, path: Sequence[str], value: Any) -> Any:
    """A copy of a model, mapping, list or tuple with `value` at `path`."""
    if not path:
        return value
    if isinstance(item, Params):
        return item.model_copy(update={path[0]: _replaced(getattr(item, path[0]), path[1:], value)})
    if isinstance(item, Mapping):
        return {**item, path[0]: _replaced(item.get(path[0]), path[1:], value)}
    index = int(path[0])
    return type(item)([*item[:index], _replaced(item[index], path[1:], value), *item[index + 1 :]])


def reads_chain(
    params: Mapping[str, Json], start: int, stop: int, rate: int, effects: Mapping[str, Effect] = EFFECTS
) -> list[tuple[int, int]]:
    """The frames of the main input and of each side input that a tile needs; `params` holds "inserts".

    The first tile, which starts at 0, also takes in the frames that fill the chain's latency.
    """
    inserts = build(params["inserts"], effects)
    first, last = _heard(inserts, start, stop, rate)
    return [(first, last), *((first - late, last - late) for late in side_offsets(inserts, rate))]


def act_chain(
    params: Mapping[str, Json], start: int, stop: int, rate: int, effects: Mapping[str, Effect] = EFFECTS
) -> dict[str, Json]:
    """`params` with the lanes of "inserts" cut to what acts in a tile, counted from the first frame it reads.

    A lane that is constant there becomes the parameter's value: a tile that automation leaves alone has the key of
    one without automation.
    """
    inserts = build(params["inserts"], effects)
    first, last = _heard(inserts, start, stop, rate)
    specs = []
    late = 0
    for insert, spec in zip(inserts, params["inserts"], strict=True):
        values, lanes = spec["params"], {}
        for path, points in insert.lanes.items():
            near = cut(points, first - late - MARGIN, last - late + MARGIN)
            if len(near) == 1:
                values = _replaced(values, path.split("."), near[0][1])
            else:
                lanes[path] = [[frame - MARGIN, value, curve] for frame, value, curve in near]
        specs.append({**spec, "params": values, "lanes": lanes})
        late += insert.latency(rate)
    return {**params, "inserts": specs}


def run_chain(
    inputs: Sequence[Audio],
    params: Mapping[str, Json],
    tile: Tile,
    state: State,
    effects: Mapping[str, Effect] = EFFECTS,
) -> tuple[Audio, State]:
    """A tile of the chain's output in the time of its input; `inputs` as `reads_chain`, `params` as `act_chain` say."""
    y, after = process(inputs[0], build(params["inserts"], effects), tile.rate, state, inputs[1:])
    return y[:, y.shape[1] - tile.frames :], after


def _heard(inserts: Sequence[Insert], start: int, stop: int, rate: int) -> tuple[int, int]:
    late = latency(inserts, rate)
    return (start if start == 0 else start + late), stop + late
