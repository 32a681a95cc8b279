"""Nothing of a desk is lost: every value that differs is told in some change; and albums."""

from __future__ import annotations

import copy
import sys
from collections.abc import Container, Iterator
from dataclasses import replace
from random import Random
from subprocess import run
from typing import Any

import pytest

from diff.desks import ALBUM, DESK, TAKES, album, every
from diff.songs import edited, facts
from songbuild.diff import desk
from songbuild.diff.facts import Facts
from songbuild.problems import Path

FORM_ONLY = ("preset", "whole")
"""What makes no sound of its own: values tell what a preset is, and beside a comp no take sounds whole."""


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a tree that holds no others."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
        return
    for key, item in items:
        yield from leaves(item, (*path, key))


def with_another(facts_: Facts, path: Path, random: Random) -> Facts:
    """The facts with another value at a place of the tree."""
    tree: Any = copy.deepcopy(dict(facts_.tree))
    home = tree
    for part in path[:-1]:
        home = home[part]
    was = home[path[-1]]
    home[path[-1]] = (
        not was if isinstance(was, bool)
        else was + random.choice([-3, 2, 5]) if isinstance(was, int)
        else was * 1.5 + 1 if isinstance(was, float)
        else f"{was}-else" if isinstance(was, str) and was else "something"
    )  # fmt: skip
    return replace(facts_, tree=tree)


def untold(before: Facts, seed: int, most: int, wrong: Container[Path] = ()) -> list[Path]:
    """Places of the tree where a new value is told nowhere, of at most so many that are tried.

    Left out are those where any other value is `wrong`, and where the first point of a lane stands.
    """
    random = Random(seed)
    every_part = [(name, name) for name in before.parts]
    every_section = [(index, index) for index in range(len(before.sections))]
    places = [
        path
        for path, _ in leaves(dict(before.tree))
        if path[-1] not in FORM_ONLY and path[0] != "lyrics" and path not in wrong and path[-2:] != (0, 0)
    ]
    lost = []
    for path in random.sample(places, min(most, len(places))):
        after = with_another(before, path, random)
        changes = desk.changes(before, after, every_section, every_part)
        if not any(told.path and told.path == path[: len(told.path)] for told in every(changes)):
            lost.append(path)
    return lost


def test_every_value_that_differs_is_told() -> None:
    # A track has either an instrument or a recording, a master a reference or none: text is no value of these.
    wrong = {("arrangement", "tracks", "vocal", "instrument"), ("master", "reference")}
    wrong.add(("master", "versions", "loud", "reference"))
    assert untold(facts(DESK, TAKES), 1, 150, wrong) == []


def test_every_value_of_an_album_that_differs_is_told() -> None:
    neither = {("songs", index, "file") for index in range(3)} | {("songs", 3, "song")}
    assert untold(album(ALBUM), 2, 100, neither) == []


def test_values_that_nobody_knows_yet_are_told_plainly() -> None:
    before = facts(DESK, TAKES)
    tree: Any = copy.deepcopy(dict(before.tree))
    tree["mood"] = {"colour": "blue"}
    tree["mix"]["channels"]["bass"]["width"] = 1.5
    tree["master"]["medium"] = "tape"
    changes = desk.changes(before, replace(before, tree=tree), [(i, i) for i in range(5)], [])
    assert sorted((change.area, change.text, change.path) for change in changes) == [
        ("other", "bass width none -> 1.5", ("mix", "channels", "bass", "width")),
        ("other", "master medium none -> tape", ("master", "medium")),
        ("other", "mood added", ("mood",)),
    ]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("  - songs/one\n", "  - songs/zero\n  - songs/one\n", ["'songs/zero' added as track 1"]),
        ("  - songs/one\n", "", ["'songs/one' removed (was track 1)"]),
        ("gap: 3 s", "gap: 1 s", ["'songs/two' gap before it 3 -> 1 s"]),
        ("crossfade: 4 s", "crossfade: 6 s", ["'songs/three' crossfade into the next track 4 -> 6 s"]),
        (", crossfade: 4 s", "", ["'songs/three' crossfade into the next track 4 s -> none"]),
        ("title: Four", "title: Quattro", ["'Quattro': title Four -> Quattro"]),
        ("file: four.wav", "file: five.wav", ["'Four' source four.wav -> five.wav"]),
        ("loudness: -14", "loudness: {tracks: -12}", [
            "album loudness -14 LUFS of the whole -> -12 LUFS of each track"
        ]),
        ("loudness: -14", "loudness: -14\nceiling: -2", ["album ceiling -1 -> -2 dBTP"]),
        ("cd: [cue]", "cd: [cue, ddp], report: true", ["delivery: CD as ddp added", "delivery: report off -> on"]),
        ("artist: Ann", "artist: Eve", ["artist Ann -> Eve"]),
    ],
)  # fmt: skip
def test_albums_are_told_by_their_tracks(old: str, new: str, wanted: list[str]) -> None:
    changes = desk.changes(album(ALBUM), album(edited(ALBUM, (old, new))))
    assert sorted(change.text for change in changes) == wanted


def test_a_track_that_has_moved_is_one_change() -> None:
    after = edited(ALBUM, ("  - songs/one\n", ""), ("title: Four}\n", "title: Four}\n  - songs/one\n"))
    (change,) = desk.changes(album(ALBUM), album(after))
    assert (change.act, change.text, change.path) == ("moved", "'songs/one' now track 4 (was 1)", ("songs", 3))


def test_comparing_needs_no_library() -> None:
    code = "import sys, songbuild.diff.desk; print({'pydantic', 'numpy', 'click', 'yaml'} & set(sys.modules))"
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
