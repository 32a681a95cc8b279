"""Which tiles of a node a dry run foresees to run: those, and no others, a build then runs."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songbuild.engine import Store, build, decide_all, load_last

EVENTS = [[10, 50, 0.5], [150, 80, 0.25], [420, 300, 0.125]]
GRID = tuple(range(0, 900, 100))


def foreseen(toys, store, graph):
    """Node -> [(start, stop, fate, causes), …] of the tiles that aren't reused, and the statuses of all nodes."""
    found = decide_all(graph, store, load_last(store, "song"))
    assert toys.taken() == {}, "a dry run makes nothing"
    tiles = {d.name: [(t.start, t.stop, t.fate, t.causes) for t in d.tiles if t.fate != "reused"] for d in found}
    return {name: one for name, one in tiles.items() if one}, {d.name: d.status for d in found}


def built(toys, store, graph):
    made = build(graph, store, threads=1, song="song")
    toys.taken()
    return {record.name: record.ran for record in made.records if record.ran}


def test_a_changed_note_runs_the_tiles_it_sounds_in_and_what_follows_may_run_there(toys, store) -> None:
    def graph(level):
        return toys.graph(toys.gain("g", toys.notes("n", [*EVENTS[:1], [150, 80, level], EVENTS[2]]), 0.5), GRID)

    built(toys, store, graph(0.25))
    tiles, status = foreseen(toys, store, graph(0.75))
    assert tiles == {"n": [(100, 300, "run", ("parameters",))], "g": [(100, 300, "may run", ("input n",))]}
    assert status == {"n": "run", "g": "may run", "out": "may run"}
    assert built(toys, store, graph(0.75)) == {"n": 2, "g": 2, "out": 1}


def test_after_a_tile_with_a_state_it_runs_on_until_the_states_meet_again(toys, store) -> None:
    def graph(level):
        return toys.graph(toys.gain("g", toys.delay("d", toys.notes("n", [[10, 50, 0.5], [310, 80, level]]), 60), 0.5))

    built(toys, store, graph(0.25))
    tiles, _ = foreseen(toys, store, graph(0.75))
    assert tiles == {
        "n": [(300, 400, "run", ("parameters",))],
        "d": [(300, 400, "may run", ("input n",)), (400, 800, "may run", ("state",))],
        "g": [(300, 400, "may run", ("input d",)), (400, 800, "may run", ("state",))],
    }
    assert built(toys, store, graph(0.75)) == {"n": 1, "d": 2, "g": 2, "out": 1}


def test_a_parameter_of_the_whole_node_runs_all_of_it(toys, store) -> None:
    def graph(frames):
        return toys.graph(toys.delay("d", toys.notes("n", EVENTS), frames))

    built(toys, store, graph(60))
    tiles, _ = foreseen(toys, store, graph(61))
    first, *rest = tiles["d"]
    assert (first, rest) == ((0, 100, "run", ("parameters",)), [(100, 800, "may run", ("parameters",))])


def test_what_was_never_built_has_no_causes(toys, store) -> None:
    tiles, status = foreseen(toys, store, toys.graph(toys.delay("d", toys.notes("n", EVENTS), 60)))
    assert tiles["d"] == [(0, 800, "may run", ("input n",))]
    assert status["n"] == "run"


def test_equal_tiles_that_are_not_made_yet_run_once(toys, store) -> None:
    def graph(level):
        return toys.graph(toys.gain("g", toys.notes("n", [[10, 50, level], [210, 50, level], [410, 50, level]]), 0.5))

    built(toys, store, graph(0.25))
    tiles, _ = foreseen(toys, store, graph(0.5))
    assert tiles == {"n": [(0, 100, "run", ("parameters",))], "g": [(0, 100, "may run", ("input n",))]}
    assert built(toys, store, graph(0.5)) == {"n": 1, "g": 1, "out": 1}


def test_a_section_that_moves_is_known_to_be_reused(toys, store) -> None:
    def graph(events, grid):
        return toys.graph(toys.gain("g", toys.notes("n", events), 0.5), grid)

    built(toys, store, graph([[10, 50, 0.5], [130, 60, 0.25], [250, 40, 0.3]], (0, 100, 220, 300)))
    moved = graph([[30, 60, 0.25], [150, 60, 0.25], [270, 40, 0.3], [330, 50, 0.5]], (0, 120, 240, 320, 420))
    assert foreseen(toys, store, moved) == ({}, {"n": "reused", "g": "reused", "out": "run"})
    assert built(toys, store, moved) == {"out": 1}


def test_a_section_that_is_inserted_runs_and_the_rest_is_reused(toys, store) -> None:
    def graph(events, grid):
        return toys.graph(toys.gain("g", toys.notes("n", events), 0.5), grid)

    built(toys, store, graph([[10, 50, 0.5], [130, 60, 0.25]], (0, 100, 220)))
    longer = graph([[10, 50, 0.5], [110, 30, 0.7], [280, 60, 0.25]], (0, 100, 250, 370))
    tiles, _ = foreseen(toys, store, longer)
    assert tiles == {"n": [(100, 250, "run", ())], "g": [(100, 250, "may run", ("input n",))]}
    assert built(toys, store, longer) == {"n": 1, "g": 1, "out": 1}


def test_what_reads_all_of_a_recording_that_is_not_decoded_yet_may_run(toys, store, tmp_path) -> None:
    path = tmp_path / "take.raw"
    path.write_bytes(b"TAKE" + bytes([0, 0, 0, 62]) * 300)
    tiles, status = foreseen(toys, store, toys.graph(toys.placed("p", toys.take("t", path), 0)))
    assert tiles["p"] == [(0, 800, "may run", ("input t",))]
    assert (status["t"], status["p"]) == ("run", "may run")


def test_a_damaged_trace_of_the_last_build_costs_only_detail(toys, store) -> None:
    def graph(level):
        return toys.graph(toys.notes("n", [[10, 50, 0.5], [310, 80, level]]))

    built(toys, store, graph(0.25))
    store.traces._database.execute("DELETE FROM traces")
    store.traces._pending.clear()
    tiles, _ = foreseen(toys, store, graph(0.5))
    assert tiles["n"][0] == (0, 100, "run", ())


EVENT = st.tuples(st.integers(0, 400), st.integers(1, 150), st.sampled_from([0.1, 0.25, 0.9]))
KINDS = st.lists(st.sampled_from(["gain", "delay", "hold", "look", "clip"]), max_size=5)
SONG = st.tuples(st.lists(EVENT, min_size=1, max_size=4), KINDS, st.integers(0, 2))
GRIDS = ((0, 100, 200, 300, 400, 500), (0, 70, 140, 300, 400, 500), (0, 100, 200, 300, 400, 500, 600))


def chain(toys, song):
    """A track through some layers, no two of which are equal."""
    events, kinds, grid = song
    node = toys.notes("n", [list(event) for event in events])
    makers = {
        "gain": lambda name, source, n: toys.gain(name, source, n / 8),
        "delay": lambda name, source, n: toys.delay(name, source, 20 + n),
        "hold": lambda name, source, n: toys.gain(f"{name}'", toys.hold(name, source), 1, own=n),
        "look": lambda name, source, n: toys.look(name, source, 30 + n, 10 + n),
        "clip": lambda name, source, n: toys.clip(name, source, n / 8),
    }
    for place, kind in enumerate(kinds):
        node = makers[kind](f"layer {place}", node, place + 1)
    return toys.graph(node, GRIDS[grid])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SONG, min_size=2, max_size=4), st.integers(0, 1 << 16))
def test_a_build_runs_what_was_foreseen_to_run_and_nothing_that_was_not(toys, songs, seed) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name, Store(Path(name) / "cache") as store:
        for song in [*songs, ([*songs[-1][0][:-1], (5, 9, 0.3)], *songs[-1][1:]), chance.choice(songs)]:
            found = decide_all(chain(toys, song), store, load_last(store, "song"))
            made = build(chain(toys, song), store, threads=1, song="song")
            for dry, record in zip(found, made.records, strict=True):
                surely = sum(tile.tiles for tile in dry.tiles if tile.fate == "run")
                perhaps = sum(tile.tiles for tile in dry.tiles if tile.fate == "may run")
                if dry.tiles:
                    assert surely <= record.ran <= surely + perhaps, dry
                if dry.status == "reused":
                    assert record.ran == 0, dry
