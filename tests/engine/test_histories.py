"""Random songs, random edits, random faults: incremental == clean, byte for byte."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songbuild.engine import Store, build, collect

GRIDS = [(0, 100, 200, 300, 400), (0, 100, 200, 300, 400, 500), (0, 70, 140, 300, 400), (0, 400), (0, 100, 300)]
EVENT = st.tuples(st.integers(0, 400), st.integers(1, 150), st.sampled_from([0.1, 0.25, 0.9]))
LAYER = st.tuples(
    st.sampled_from(["gain", "clip", "delay", "hold", "look", "total", "scaled", "ending", "take"]),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 3),
)
SONG = st.fixed_dictionaries(
    {
        "tracks": st.lists(st.lists(EVENT, max_size=3), min_size=1, max_size=3),
        "layers": st.lists(LAYER, max_size=6),
        "grid": st.integers(0, len(GRIDS) - 1),
        "take": st.integers(0, 2),
    }
)
EDIT = st.one_of(
    st.tuples(st.just("event"), st.integers(0, 9), EVENT),
    st.tuples(st.just("layer"), st.integers(0, 9), LAYER),
    st.tuples(st.just("add layer"), st.integers(0, 9), LAYER),
    st.tuples(st.just("grid"), st.integers(0, len(GRIDS) - 1), st.none()),
    st.tuples(st.just("take"), st.integers(0, 2), st.none()),
    st.tuples(st.just("undo"), st.integers(0, 9), st.none()),
)
FAULT = st.sampled_from(["none", "none", "flip", "remove", "cut", "database", "collect", "reopen", "forget"])


def graph(toys, song, folder):
    """The graph of a song: tracks, then layers that each take any node before them."""
    path = folder / f"take{song['take']}.raw"
    path.write_bytes(b"TAKE" + bytes([0, 0, 0, 62 + song["take"] % 2]) * (90 * (song["take"] + 1)))
    nodes = [toys.notes(f"track {n}", [list(e) for e in events]) for n, events in enumerate(song["tracks"])]
    for place, (kind, one, two, amount) in enumerate(song["layers"]):
        source, name = nodes[one % len(nodes)], f"layer {place}"
        if kind == "gain":
            node = toys.gain(name, source, (amount + 1) / 4)
        elif kind == "clip":
            node = toys.clip(name, source, (amount + 1) / 8)
        elif kind == "delay":
            node = toys.delay(name, source, 1 + 60 * amount)
        elif kind == "hold":
            node = toys.hold(name, source)
        elif kind == "look":
            node = toys.look(name, source, 40 * amount, 15 * two)
        elif kind == "scaled":
            node = toys.scaled(name, source, toys.peak(f"{name} peak", nodes[two % len(nodes)]))
        elif kind == "ending":
            node = toys.ending(name, source)
        elif kind == "take":
            node = toys.placed(name, toys.take(f"{name} take", path, piece=7 + amount), 50 * two)
        else:
            node = toys.total(name, [source, nodes[two % len(nodes)]])
        nodes.append(node)
    return toys.graph(toys.total("mix", nodes[-3:]), GRIDS[song["grid"]])


def edited(history, edit):
    what, place, value = edit
    song = dict(history[-1])
    if what == "event":
        tracks = [list(track) for track in song["tracks"]]
        track = tracks[place % len(tracks)]
        track[place % (len(track) + 1) :][:1] = [value]
        tracks[place % len(tracks)] = [*track[: place % 3], value, *track[place % 3 + 1 :]]
        song["tracks"] = tracks
    elif what == "layer" and song["layers"]:
        layers = list(song["layers"])
        layers[place % len(layers)] = value
        song["layers"] = layers
    elif what == "add layer":
        at = place % (len(song["layers"]) + 1)
        song["layers"] = [*song["layers"][:at], value, *song["layers"][at:]]
    elif what in ("grid", "take"):
        song[what] = place
    elif what == "undo":
        song = history[place % len(history)]
    return song


def harm(folder, fault, chance):
    blobs = sorted(path for path in (folder / "blobs").rglob("*") if path.is_file())
    hit = chance.sample(blobs, min(len(blobs), 3))
    for path in hit:
        if fault == "flip":
            data = bytearray(path.read_bytes())
            if data:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            path.write_bytes(data)
        elif fault == "remove":
            path.unlink()
        elif fault == "cut":
            path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size + 1)])
    if fault == "database":
        (folder / "traces.db").write_bytes(b"not a database" * 300)
    elif fault == "forget":
        for path in folder.glob("traces.db*"):
            path.unlink()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SONG, st.lists(st.tuples(EDIT, FAULT, st.integers(1, 3)), min_size=1, max_size=5), st.integers(0, 1 << 16))
def test_incremental_equals_clean(toys, song, steps, seed) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        base, history = Path(name), [song]
        store = Store(base / "cache", memory_bytes=chance.choice([0, 20_000, 1 << 24]))
        build(graph(toys, song, base), store, threads=1, song="song")
        for step, (edit, fault, threads) in enumerate(steps):
            history.append(edited(history, edit))
            if fault == "collect":
                collect(store, chance.randrange(20_000))
            elif fault != "none":
                store.close()
                harm(base / "cache", fault, chance)
                store = Store(base / "cache", memory_bytes=chance.choice([0, 20_000, 1 << 24]))
            made = build(graph(toys, history[-1], base), store, threads=threads, song="song")
            with Store(base / f"clean {step}") as fresh:
                clean = build(graph(toys, history[-1], base), fresh, threads=1)
                assert made.ok and clean.ok
                assert made.outputs["mix.raw"].digest == clean.outputs["mix.raw"].digest
                assert made.outputs["mix.raw"].path.read_bytes() == clean.outputs["mix.raw"].path.read_bytes()
                assert made.values == clean.values
                assert {n: s.tiles for n, s in made.streams.items()} == {n: s.tiles for n, s in clean.streams.items()}
        store.close()
