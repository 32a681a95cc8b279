"""A value made tile by tile: of a stream that was folded before, only what has changed is read again."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.engine import Graph, Node, Recipe, Store, build

EVENTS = [[10, 50, 0.5], [130, 60, 0.25], [250, 40, 0.3]]
GRID = (0, 100, 200, 300, 400)


def folding(toys, events, params=None, size=3):
    """The peak so far at the end of each tile; `size` numbers a tile, so that its part can be a blob of its own."""

    def run(inputs, params, rate, files):
        def step(tile, state):
            toys.count("fold")
            peak = max(float(np.abs(tile).max()), -1.0 if state is None else float(state[0]))
            return np.full(size, peak), np.full(size, round(peak, 3))

        parts, state = inputs[0].fold(params, step)
        return [*(float(part[-1]) for part in parts), float(state[0])]

    node = Node("peaks", "mix", Recipe("peaks", 1, "value", run), params or {}, (toys.notes("n", events),))
    return Graph({}, toys.rate, GRID, (node,))


def value(toys, store, events, **more):
    made = build(folding(toys, events, **more), store, threads=1)
    return made.values["peaks"], toys.taken().get("fold", 0)


@pytest.mark.parametrize("size", [3, 1000])
def test_only_tiles_that_changed_are_folded_again(toys, store, size) -> None:
    first, steps = value(toys, store, EVENTS, size=size)
    assert steps == 4
    quieter = [*EVENTS[:1], [130, 60, 0.2], *EVENTS[2:]]
    second, steps = value(toys, store, quieter, size=size)
    assert steps == 1, "the peak so far is the first tile's in both: the states meet again at once"
    assert second == first
    louder = [*EVENTS[:1], [130, 60, 0.7], *EVENTS[2:]]
    third, steps = value(toys, store, louder, size=size)
    assert steps == 3 and third[1:] != first[1:]


def test_other_params_are_another_fold(toys, store) -> None:
    assert value(toys, store, EVENTS)[1] == 4
    assert value(toys, store, EVENTS, params={"gain": 1})[1] == 4
    assert value(toys, store, EVENTS)[1] == 0


def test_a_part_that_is_lost_is_made_again(toys, tmp_path) -> None:
    with Store(tmp_path / "cache") as store:
        first = value(toys, store, EVENTS, size=1000)[0]
    for path in (tmp_path / "cache" / "blobs").rglob("*"):
        if path.is_file():
            path.unlink()
    changed = [*EVENTS[:2], [250, 40, 0.31]]
    with Store(tmp_path / "cache") as store, Store(tmp_path / "clean") as clean:
        assert value(toys, store, changed, size=1000)[0] == value(toys, clean, changed, size=1000)[0]
        assert value(toys, store, EVENTS, size=1000)[0] == first


def test_silence_of_one_channel_is_another_fold_than_silence_of_two(toys, store) -> None:
    def graph(source):
        def run(inputs, params, rate, files):
            return [part.tolist() for part in inputs[0].fold({}, lambda tile, state: (tile.max(axis=1), None))[0]]

        return Graph(
            {}, toys.rate, GRID, (Node("channels", "mix", Recipe("channels", 1, "value", run), {}, (source,)),)
        )

    both = build(graph(toys.notes("n", [])), store, threads=1).values["channels"]
    left = build(graph(toys.mono("m", toys.notes("n", []))), store, threads=1).values["channels"]
    assert (both, left) == ([[0.0, 0.0]] * 4, [[0.0]] * 4)
