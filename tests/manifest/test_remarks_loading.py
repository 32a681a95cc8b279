"""Notes on the music as a manifest holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from songbuild.manifest import Loaded
from songbuild.manifest.album import load_album
from songbuild.manifest.schema import schemas

LoadSong = Callable[[Mapping[str, str]], Loaded]
SONG = """\
title: T
arrangement:
  tracks: {bass: beep, keys: beep}
  sections: {verse: {bars: 4}, chorus: {bars: 2}}
  form: [verse, chorus, verse]
mix: {buses: {band: {}}, returns: {room: {}}}
"""
NOTES = """\
# said on Tuesday
- {at: chorus, part: bass, text: more air here, by: Mira, date: 2026-03-14}
- {at: 2, part: room, text: less, done: true}
- {at: 5.10, text: 17, done: 2026-03-20}
- text: >
    dark, all
    of it
"""


def told(loaded: Loaded) -> list[str]:
    return [f"{each.span}: {each.severity} {each.code} {each.message} ({each.hint})" for each in loaded.problems]


def inline(notes: str) -> str:
    return SONG + "notes:\n" + "".join(f"  {line}\n" for line in notes.splitlines())


def test_a_list_and_a_file_are_the_same_song(load_song: LoadSong) -> None:
    within, beside = (
        load_song({"song.yaml": inline(NOTES)}),
        load_song({"song.yaml": SONG + "notes: n.yaml\n", "n.yaml": NOTES}),
    )
    assert told(within) == told(beside) == []
    assert within.song is not None
    assert within.song == beside.song
    assert [(each.at, each.text, each.done) for each in within.song.notes] == [
        ("chorus", "more air here", False), (2, "less", True), ("5.10", "17", "2026-03-20"),
        (None, "dark, all of it\n", False),
    ]  # fmt: skip
    assert [path.name for path in beside.files] == ["song.yaml", "n.yaml"]
    assert str(beside.places.span(("notes", 0, "text"))) == "n.yaml:2:34"


def test_places_and_parts_that_are_gone_are_warnings(load_song: LoadSong) -> None:
    loaded = load_song(
        {"song.yaml": inline("- {at: chorus#2, part: bas, text: x}\n- {at: 99, part: o, text: x, done: true}")}
    )
    assert told(loaded) == [
        "song.yaml:8:10: warning NOTE008 'chorus' is played once (None)",
        "song.yaml:8:26: warning NOTE012 no part 'bas' (did you mean 'bass'?)",
    ]
    assert loaded.song is not None


@pytest.mark.parametrize("part", ["bass", "band", "room", "mix", "master"])
def test_a_note_is_about_a_track_a_bus_a_return_or_the_whole(load_song: LoadSong, part: str) -> None:
    assert told(load_song({"song.yaml": inline(f"- {{part: {part}, text: x}}")})) == []


@pytest.mark.parametrize(
    ("note", "problem"),
    [
        ("- {at: 1}", "8:5: error NOTE002 'text' is missing (None)"),
        ("- {txt: x, text: y}", "8:6: error NOTE001 unknown key 'txt' (did you mean 'text'?)"),
        ("- {text: ''}", "8:12: error NOTE008 must not be empty (None)"),
        ("- {text: x, done: 'yes'}", "8:21: error NOTE004 expected true or false, not 'yes' (write true)"),
        ("- {text: x, date: 2026-02-30}", "8:21: error NOTE008 there is no such date as '2026-02-30'"),
        ("- {at: true, text: x}", "8:10: warning NOTE008 no section 'true' in the form"),
        ("- more air", "8:5: error NOTE004 expected a mapping, not 'more air' (None)"),
    ],
)
def test_mistakes_are_told_at_their_places(load_song: LoadSong, note: str, problem: str) -> None:
    (found,) = told(load_song({"song.yaml": inline(note)}))
    assert found.startswith(f"song.yaml:{problem}")


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("n.yaml", "at: 1\n", "n.yaml:1:1: error MAN012 notes are a list"),
        ("n.py", "", "song.yaml:7:8: error MAN005 notes are a list, or in a .yaml file, not 'n.py'"),
        ("../n.yaml", "", "song.yaml:7:8: error MAN002"),
        ("gone.yaml", "", "song.yaml:7:8: error MAN003"),
        ("n.yaml", "- [", "n.yaml:"),
    ],
)
def test_a_file_that_holds_no_list_is_told(load_song: LoadSong, name: str, text: str, problem: str) -> None:
    files = {} if name in ("../n.yaml", "gone.yaml") else {name: text}
    (found,) = told(load_song({"song.yaml": f"{SONG}notes: {name}\n", **files}))
    assert found.startswith(problem)


def test_an_empty_list_and_an_empty_file_are_no_notes(load_song: LoadSong) -> None:
    for text, files in (("notes:\n", {}), ("notes: n.yaml\n", {"n.yaml": "# none yet\n"})):
        loaded = load_song({"song.yaml": SONG + text, **files})
        assert told(loaded) == []
        assert loaded.song is not None
        assert loaded.song.notes == []


def test_an_album_has_notes_about_its_tracks(tmp_path: Path) -> None:
    album = "title: A\nsongs: [one]\nnotes:\n  - {song: one, text: longer pause}\n  - {song: on, text: x}\n"
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "song.yaml").write_text("title: One\n", encoding="utf-8")
    (tmp_path / "album.yaml").write_text(album, encoding="utf-8")
    loaded = load_album(tmp_path)
    assert loaded.album is not None
    assert [each.song for each in loaded.album.notes] == ["one", "on"]
    assert [(str(each.span), each.severity, each.code, each.hint) for each in loaded.problems] == [
        ("album.yaml:5:12", "warning", "ALB012", "did you mean 'one'?")
    ]


def test_schemas_know_notes() -> None:
    for name, good, bad in (
        ("song", ["[]", "notes.yaml", "[{at: 17, text: x}, {at: 17-20, text: x, done: 2026-03-20}]"], "[{at: 1}]"),
        ("album", ["notes.yml", "[{song: one, text: x, done: true}]"], "[{at: 1, text: x}]"),
    ):
        own = Draft202012Validator(schemas()[f"{name}.schema.json"])
        head = "title: T\nsongs: [one]\n" if name == "album" else "title: T\n"
        for notes in good:
            data = yaml.load(f"{head}notes: {notes}\n", yaml.BaseLoader) | {}
            if "17, " in notes:
                data["notes"][0]["at"] = 17
            for each in data["notes"] if isinstance(data["notes"], list) else ():
                each.update({"done": True} if each.get("done") == "true" else {})
            assert [error.message for error in own.iter_errors(data)] == []
        assert not own.is_valid(yaml.safe_load(f"{head}notes: {bad}\n"))
