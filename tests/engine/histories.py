"""Songs of toys, edits and faults: what a history is made of, and how hypothesis draws one."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from engine.toys import Toys
from songbuild.engine import Graph

GRIDS = ((0, 16, 32, 48), (0, 16, 32, 48, 64), (0, 10, 20, 48), (0, 48), (0, 16, 16, 48), (0,))
RATES = (1000, 800)
Event = tuple[int, int, float]
Layer = tuple[str, int, int, int]
"""(kind, input, other input, amount)"""


@dataclass(frozen=True)
class Song:
    """A song of toys: tracks of notes, then layers that each read any node before them."""

    tracks: tuple[tuple[Event, ...], ...]
    layers: tuple[Layer, ...]
    grid: int = 0
    take: int = 0
    rate: int = 0
    stem: bool = False
    shift: int = 0


@dataclass(frozen=True)
class Step:
    """An edit, what happens to the cache before the next build, and a fault in the middle of that build: at the first
    operation of the kind `spot`, from the one numbered `at`, that it can strike."""

    edit: tuple[str, int, Any]
    before: str = "nothing"
    fault: str = "none"
    spot: str = "any"
    at: int = 0
    luck: int = 0


@dataclass(frozen=True)
class History:
    """A song and what becomes of it; `memory` is the size of the store's memory in bytes, and with `clean` the last
    build is compared with that of an empty cache, too."""

    song: Song
    steps: tuple[Step, ...]
    memory: int = 0
    clean: bool = False


EVENT = st.tuples(st.integers(0, 47), st.integers(1, 20), st.sampled_from((0.25, 0.1, 0.9, float("nan"))))
LAYER = st.tuples(
    st.sampled_from(
        (
            "gain",
            "clip",
            "delay",
            "hold",
            "look",
            "total",
            "scaled",
            "ending",
            "take",
            "where",
            "bump",
            "checked",
            "levels",
        )
    ),
    st.integers(0, 7),
    st.integers(0, 7),
    st.integers(0, 3),
)
SONG = st.builds(
    Song,
    st.lists(st.lists(EVENT, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple),
    st.lists(LAYER, max_size=4).map(tuple),
    st.integers(0, len(GRIDS) - 2),
)
EDIT = st.one_of(
    st.tuples(st.just("event"), st.integers(0, 7), EVENT),
    st.tuples(st.just("layer"), st.integers(0, 7), LAYER),
    st.tuples(st.just("insert"), st.integers(0, 7), LAYER),
    st.tuples(
        st.sampled_from(("grid", "take", "rate", "stem", "shift", "remove", "undo")), st.integers(0, 7), st.none()
    ),
)
BEFORE = ("nothing", "flip", "cut", "remove", "database", "forget", "collect", "reopen", "read only", "days", "records")
FAULTS = ("none", "kill", "error", "cut", "flip", "cancel", "collect", "fuse", "bug", "rewrite", "malformed")
SPOTS = ("any", "any", "any", "write", "replace", "read", "ask", "record", "copy")
STEP = st.builds(
    Step,
    EDIT,
    st.sampled_from(BEFORE),
    st.sampled_from(FAULTS),
    st.sampled_from(SPOTS),
    st.integers(0, 70),
    st.integers(0, 255),
)
HISTORY = st.builds(
    History,
    SONG,
    st.lists(STEP, min_size=1, max_size=4).map(tuple),
    st.sampled_from((0, 600, 1 << 20)),
    st.sampled_from((False, False, False, True)),
)


def edited(songs: list[Song], edit: tuple[str, int, Any]) -> Song:
    """The last of `songs`, edited."""
    what, place, value = edit
    song = songs[-1]
    if what == "event":
        tracks = [list(track) for track in song.tracks]
        track = tracks[place % len(tracks)]
        track[place // 2 : place // 2 + 1] = [value]
        return replace(song, tracks=tuple(map(tuple, tracks)))
    if what in ("layer", "insert", "remove"):
        layers = list(song.layers)
        at = place % (len(layers) + 1)
        layers[at : at + (what != "insert")] = [value] if what != "remove" else []
        return replace(song, layers=tuple(layers))
    if what == "undo":
        return songs[place % len(songs)]
    choices = {"grid": len(GRIDS), "take": 3, "rate": len(RATES), "stem": 2, "shift": 40}[what]
    return replace(song, **{what: bool(place % 2) if what == "stem" else place % choices})


def write_take(path: Path, version: int, clock_ns: int) -> None:
    """Record a take: versions 0 and 1 are of one size; `clock_ns` is when that happened."""
    frames = 30 + 10 * (version // 2)
    path.write_bytes(b"TAKE" + bytes([0, 0, 0, 62 + version % 2]) * frames)
    os.utime(path, ns=(clock_ns, clock_ns))


def graph(toys: Toys, song: Song, take: Path) -> Graph:
    """The graph of a song; `take` is the file that its takes are read from."""
    nodes = [
        toys.notes(f"track {n}", [[at + song.shift, *rest] for at, *rest in events])
        for n, events in enumerate(song.tracks)
    ]
    values = []
    for place, (kind, one, two, amount) in enumerate(song.layers):
        source, name = nodes[one % len(nodes)], f"layer {place}"
        other = nodes[two % len(nodes)]
        if kind == "gain":
            node = toys.gain(name, source, (amount + 1) / 4)
        elif kind == "clip":
            node = toys.clip(name, source, (amount + 1) / 8)
        elif kind == "delay":
            node = toys.delay(name, source, 1 + 7 * amount)
        elif kind == "hold":
            node = toys.hold(name, source)
        elif kind == "look":
            node = toys.look(name, source, 9 * amount, 5 * (two % 4))
        elif kind == "scaled":
            node = toys.scaled(name, source, toys.peak(f"{name} peak", other))
        elif kind == "levels":
            heard = toys.mono(f"{name} mono", other) if amount % 2 else other
            node = toys.scaled(name, source, toys.levels(f"{name} levels", heard, (amount // 2 + 1) / 64))
        elif kind == "ending":
            node = toys.ending(name, source)
        elif kind == "where":
            node = toys.where(name, source)
        elif kind == "bump":
            node = toys.bump(name, source, amount)
        elif kind == "take":
            node = toys.placed(name, toys.take(f"{name} take", take, piece=7 + amount), 5 * two)
        elif kind == "checked":
            values.append(toys.checksum(f"{name} sum", toys.file(f"{name} file", source)))
            node = toys.total(name, [source, other])
        else:
            node = toys.total(name, [source, other])
        nodes.append(node)
    mix = toys.total("mix", nodes[-3:])
    values.append(toys.peak("peak of the mix", mix))
    files = {"mix.raw": toys.file("out", mix, values[-1])}
    values.append(toys.checksum("sum", files["mix.raw"]))
    if song.stem:
        files["stems/first.raw"] = toys.file("stem", nodes[0])
    return Graph(files, RATES[song.rate], GRIDS[song.grid], tuple(values))
