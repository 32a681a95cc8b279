"""What a build runs and what it reuses: counts of recipe calls, with toy recipes."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from songbuild.engine import Cancelled, Graph, Node, Recipe, Store, build

EVENTS = [[10, 50, 0.5], [150, 80, 0.25], [420, 300, 0.125]]
GRID = (0, 100, 200, 300, 400, 500, 600, 700, 800)


def song(toys, events=EVENTS, gain=0.5, revision=1, name="bass"):
    notes = toys.notes(name, events, revision=revision)
    pad = toys.notes("pad", [[0, 800, 0.1]])
    return toys.graph(toys.total("mix", [toys.gain(f"{name} channel", notes, gain), pad]))


def test_the_first_build_runs_everything_and_the_second_nothing(toys, store, audio, statuses) -> None:
    first = build(song(toys), store, threads=1)
    assert toys.taken() == {"notes": 16, "gain": 8, "total": 8, "file": 1}
    assert first.ok and set(statuses(first).values()) == {"run"}
    second = build(song(toys), store, threads=1)
    assert toys.taken() == {} and statuses(second) == {}
    assert second.outputs == first.outputs
    expected = np.zeros(800)
    for at, length, level in EVENTS:
        expected[at : at + length] = 0.5 * level * np.sin(np.arange(length) * 0.1)
    pad = np.concatenate([np.sin(np.arange(800) * 0.1)]) * 0.1
    np.testing.assert_allclose(audio(first)[0], expected + pad, atol=1e-7)


def test_a_cache_opened_again_is_as_good(toys, tmp_path) -> None:
    with Store(tmp_path / "cache") as store:
        first = build(song(toys), store, threads=1)
    toys.taken()
    with Store(tmp_path / "cache") as store:
        assert build(song(toys), store, threads=1).outputs["mix.raw"].digest == first.outputs["mix.raw"].digest
    assert toys.taken() == {}


def test_names_origins_and_stages_are_no_part_of_a_key(toys, store) -> None:
    build(song(toys), store, threads=1)
    toys.taken()
    assert build(song(toys, name="contrabass"), store, threads=1).ok
    assert toys.taken() == {}


def test_a_new_revision_runs_its_node_and_an_equal_output_stops_there(toys, store, statuses) -> None:
    build(song(toys), store, threads=1)
    toys.taken()
    again = build(song(toys, revision=2), store, threads=1)
    assert toys.taken() == {"notes": 8}
    assert statuses(again) == {"bass": "run"}


def test_a_param_that_changes_nothing_is_cut_off_early(toys, store) -> None:
    def graph(limit):
        return toys.graph(toys.gain("g", toys.clip("c", toys.notes("n", EVENTS), limit), 0.5))

    build(graph(0.9), store, threads=1)
    toys.taken()
    build(graph(0.8), store, threads=1)
    assert toys.taken() == {"clip": 8}
    build(graph(0.3), store, threads=1)  # tiles 0: 0.5 is clipped, the rest is below
    assert toys.taken() == {"clip": 8, "gain": 1, "file": 1}


def test_a_value_that_stays_the_same_is_cut_off_early(toys, store, audio) -> None:
    def graph(level):
        notes = toys.notes("n", [[10, 50, level], [300, 100, 0.1]])
        value = toys.peak("gain", notes)
        return toys.graph(toys.scaled("master", notes, value), GRID, value)

    first = build(graph(0.5), store, threads=1)
    assert first.values == {"gain": {"gain": 2.0}}
    toys.taken()
    build(graph(0.501), store, threads=1)  # the peak moves, the gain on its grid doesn't
    assert toys.taken() == {"notes": 1, "peak": 1, "scaled": 1, "file": 1}
    last = build(graph(0.25), store, threads=1)
    assert last.values["gain"]["gain"] == 4.0
    # All eight tiles have another gain now, but four of them are silence: one key, run once.
    assert toys.taken() == {"notes": 1, "peak": 1, "scaled": 3, "file": 1}
    assert abs(np.abs(audio(last)).max() - 1) < 0.01


def test_files_may_be_inputs_and_targets_leave_out_the_rest(toys, store) -> None:
    file = toys.file("out", toys.notes("n", EVENTS))
    graph = Graph({"a.raw": file, "b.raw": toys.file("b", toys.notes("m", [[0, 10, 0.5]]))}, 1000, GRID,
                  (toys.checksum("sum", file),))  # fmt: skip
    some = build(graph, store, threads=1, targets=["sum"])
    assert some.values["sum"] == {"digest": some_digest(store, toys, graph), "frames": 800}
    assert [record.name for record in some.records] == ["n", "out", "sum"]
    assert some.names == ("a.raw", "b.raw") and set(some.outputs) == {"a.raw"}
    assert some.outputs["a.raw"].facts["suffix"] == ".raw"
    with pytest.raises(KeyError):
        build(graph, store, targets=["c.raw"])


def some_digest(store, toys, graph) -> str:
    return build(graph, store, threads=1, targets=["a.raw"]).outputs["a.raw"].digest


@pytest.mark.parametrize("grid", [(0,), (0, 1), (0, 1, 1, 800)])
def test_grids_of_no_or_one_frame_and_empty_tiles(toys, store, audio, grid) -> None:
    made = build(toys.graph(toys.delay("d", toys.hold("h", toys.notes("n", EVENTS)), 5), grid), store, threads=1)
    assert made.ok and audio(made).shape == (2, grid[-1])


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_any_number_of_threads_gives_the_same_bytes(toys, tmp_path, threads) -> None:
    def graph():
        tracks = [toys.delay(f"d{n}", toys.notes(f"n{n}", [[n * 7, 300, 0.1 * n]]), 30 + n) for n in range(1, 9)]
        mix = toys.look("look", toys.hold("hold", toys.total("mix", tracks)), 17, 140)
        return toys.graph(toys.scaled("master", mix, toys.peak("gain", mix)))

    with Store(tmp_path / "one") as one, Store(tmp_path / "many") as many:
        first, second = build(graph(), one, threads=1), build(graph(), many, threads=threads)
    assert first.outputs["mix.raw"].digest == second.outputs["mix.raw"].digest
    assert {name: stream.tiles for name, stream in first.streams.items()} == {
        name: stream.tiles for name, stream in second.streams.items()
    }


def test_work_is_a_wavefront_not_node_after_node(toys, store) -> None:
    order = []
    for name in ("notes", "gain", "total"):
        toys.hooks[name] = lambda *facts, name=name: order.append(name)
    build(song(toys), store, threads=1)
    assert order[:4] == ["notes", "gain", "notes", "total"]
    assert order.index("total") < 4 < len(order) - 1 - order[::-1].index("notes")


def test_one_failure_takes_only_its_users_with_it(toys, store, statuses) -> None:
    bad, good = toys.gain("bad channel", toys.notes("bad", [[0, 5, float("nan")]]), 0.5), toys.notes("good", EVENTS)
    graph = Graph({"bad.raw": toys.file("bad file", toys.total("mix", [bad, good])), "good.raw": toys.file("ok", good)},
                  1000, GRID)  # fmt: skip
    for _ in range(2):  # and it fails again, since a failure is never stored
        made = build(graph, store, threads=2)
        (failure,) = made.failures
        assert failure.name == "bad" and "nan at frame 0 of channel 0" in failure.message and not made.ok
        found = {record.name: record.status for record in made.records}
        assert found["bad"] == "failed"
        assert {name for name, status in found.items() if status == "skipped"} == {"bad channel", "mix", "bad file"}
        assert set(made.outputs) == {"good.raw"}


@pytest.mark.parametrize(("level", "where"), [(float("nan"), "0.000"), (1e39, "0.400")])
def test_nan_and_what_overflows_in_float32_are_never_stored(toys, store, level, where) -> None:
    made = build(toys.graph(toys.gain("g", toys.notes("n", [[450, 5, 1.0]]), level)), store, threads=1)
    (failure,) = made.failures
    assert failure.name == "g" and f"tile that begins at {where} s" in failure.message
    assert not made.outputs


def test_a_value_may_be_infinite_but_not_nan(toys, store) -> None:
    def value(name, number):
        return Node(name, "checks", Recipe(name, 1, "value", lambda *_: {"lufs": (number, 1)}), {})

    graph = Graph({}, 1000, GRID, (value("silent", -float("inf")), value("broken", float("nan"))))
    for _ in range(2):
        made = build(graph, store, threads=1)
        assert made.values == {"silent": {"lufs": [-float("inf"), 1]}}
        assert [failure.name for failure in made.failures] == ["broken"]


def test_a_bug_in_a_recipe_is_raised_as_it_is(toys, store) -> None:
    def bug(*facts):
        raise ZeroDivisionError("oops")

    toys.hooks["gain"] = bug
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError, match="oops"):
        build(song(toys), store, threads=4)
    assert threading.active_count() == before
    del toys.hooks["gain"]
    assert build(song(toys), store, threads=2).ok


def test_a_tile_of_the_wrong_shape_is_a_bug(store) -> None:
    node = Node("n", "mix", Recipe("wrong", 1, "stream", lambda i, p, tile, s: (np.zeros((1, tile.frames)), None)), {})
    with pytest.raises(ValueError, match=r"n: made \(1, 100\), not \(2, 100\)"):
        build(Graph({}, 1000, GRID, (Node("p", "", Recipe("p", 1, "value", lambda *_: 0), {}, (node,)),)), store)


def test_a_recipe_can_spoil_neither_its_inputs_nor_its_state(toys, tmp_path) -> None:
    def run(inputs, params, tile, state):
        state = np.zeros(1) if state is None else state
        out = inputs[0] + state
        state += out[0, -1:]
        inputs[0][:] = 99
        return out, state

    def graph():
        notes = toys.notes("n", EVENTS)
        return toys.graph(toys.total("mix", [Node("rude", "", Recipe("rude", 1, "stream", run), {}, (notes,)), notes]))

    digests = set()
    for memory in (0, 1 << 20):
        with Store(tmp_path / str(memory), memory_bytes=memory) as store:
            digests.add(build(graph(), store, threads=2).outputs["mix.raw"].digest)
    assert len(digests) == 1


def test_cancelling_keeps_the_tiles_that_are_done(toys, store) -> None:
    cancel = threading.Event()
    toys.hooks["total"] = lambda tile: cancel.set() if toys.calls["total"] == 3 else None
    with pytest.raises(Cancelled):
        build(song(toys), store, threads=1, cancel=cancel)
    done = toys.taken()
    assert done["total"] == 3
    toys.hooks.clear()
    assert build(song(toys), store, threads=1).ok
    rest = toys.taken()
    assert rest["total"] == 6 and done["gain"] + rest["gain"] == 8  # the third was cut short at its first input


@pytest.mark.parametrize("threads", [1, 3])
def test_cancelling_reaches_recipes_that_read_a_whole_song(toys, store, threads) -> None:
    cancel = threading.Event()
    toys.hooks["file"] = lambda: cancel.set()
    with pytest.raises(Cancelled):
        build(song(toys), store, threads=threads, cancel=cancel)
    assert not any((store.folder / "tmp").iterdir())


def test_events_tell_the_whole_story_and_are_json(toys, store) -> None:
    events = []
    build(song(toys), store, threads=2, on_event=events.append, song="s")
    build(song(toys, gain=0.25), store, threads=2, on_event=events.append, song="s")
    json.dumps(events)
    kinds = [event["event"] for event in events]
    assert kinds.count("start") == kinds.count("done") == 2 and kinds[0] == "start" and kinds[-1] == "done"
    second = events[kinds.index("done") + 1 :]
    ended = {e["name"]: e["status"] for e in second if e["event"] == "node" and e["status"] != "running"}
    assert ended == {"bass": "reused", "pad": "reused", "bass channel": "run", "mix": "partly", "out": "run"}
    (channel,) = [e for e in second if e.get("name") == "bass channel" and e.get("status") == "run"]
    assert channel["reasons"] == ["gain: 0.5 -> 0.25"] and channel["tiles"] == 8
    tiles = [(e["name"], e["start"]) for e in second if e["event"] == "tile"]
    assert (
        [start for name, start in tiles if name == "bass channel"]
        == list(range(0, 8 * 100, 100))
        == [*dict.fromkeys(start for _, start in tiles)]
    ), "tiles that were made, in the order of the song"
    begun = [e["name"] for e in second if e.get("status") == "running"]
    assert begun[0] == "bass channel" and begun[-1] == "out"


def test_progress_ends_below_or_at_the_whole(toys, store, monkeypatch) -> None:
    monkeypatch.setattr("songbuild.engine.events.PROGRESS_S", 0.0)
    events = []
    build(song(toys), store, threads=1, on_event=events.append)
    progress = [e for e in events if e["event"] == "progress"]
    done = [e["done"] for e in progress]
    assert done == sorted(done) and done[-1] == progress[-1]["work"] == events[0]["work"]
    assert progress[-1]["eta_s"] == 0


def test_importing_the_engine_imports_no_numpy() -> None:
    import subprocess
    import sys

    code = "import sys, songbuild.engine.graph, songbuild.engine.builder, songbuild.engine.publisher; " + (
        "from songbuild.engine import *; print('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip() == b"False"


def test_two_nodes_of_one_name_are_refused(toys, store) -> None:
    with pytest.raises(ValueError, match="two nodes are called 'n'"):
        build(toys.graph(toys.total("mix", [toys.notes("n", EVENTS), toys.notes("n", [])])), store)


def test_a_reader_gives_what_a_build_has_made(toys, store, audio) -> None:
    made = build(song(toys), store)
    reader = store.reader(made.streams["mix"], 1000)
    assert (reader.channels, reader.frames, reader.rate) == (2, 800, 1000)
    assert np.array_equal(reader.read(-10, 900)[:, 10:-100], audio(made))
    assert [tile.shape[1] for tile in reader.tiles()] == [100] * 8


def test_a_file_recipe_that_leaves_no_file_is_a_bug(store) -> None:
    node = Node("f", "", Recipe("f", 1, "file", lambda *_: None), {})
    with pytest.raises(FileNotFoundError):
        build(Graph({"f": node}, 1000, GRID), store)
    assert not any(Path(store.folder / "tmp").iterdir())
