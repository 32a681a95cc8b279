"""Notes on the music are on the report, and in nothing else that is made."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from shell import TINY, songbuild
from songbuild import api
from songbuild.api.opening import open_project
from support import render

NOTES = """\
notes:
  - {at: a#2, part: low, text: "more <air> here", by: Mira, date: 2026-03-14}
  - {at: 1-2, text: too crowded, done: 2026-03-20}
  - {text: dark}
"""
REPORTED = TINY.replace("formats: [wav24]", "formats: [wav24, report]")
HTML = "{http://www.w3.org/1999/xhtml}"


def ran(done: api.Rendered) -> set[str]:
    return {node["node"] for node in done.facts["nodes"] if node["tiles_run"]}


def rendered(folder: Path, text: str) -> api.Rendered:
    (folder / "song.yaml").write_text(text, encoding="utf-8")
    return render(folder, cache=str(folder / "cache"))


def test_a_note_runs_nothing_where_no_report_is_asked_for(tmp_path: Path) -> None:
    assert rendered(tmp_path, TINY).work
    assert ran(rendered(tmp_path, TINY + NOTES)) == set()
    assert ran(rendered(tmp_path, TINY + NOTES.replace("air", "treble").replace("a#2", "1"))) == set()


def test_a_note_runs_the_report_and_its_checksum_and_is_on_it(tmp_path: Path) -> None:
    rendered(tmp_path, REPORTED)
    page = tmp_path / "out" / "report.html"
    without = page.read_bytes()
    assert b'remarks"' not in without
    assert ran(rendered(tmp_path, REPORTED + NOTES)) == {"report.html", "SHA256SUMS"}
    root = ElementTree.fromstring(page.read_text("utf-8"))
    (listed,) = (each for each in root.iter(f"{HTML}ol") if each.get("class") == "remarks")
    assert [(item.get("value"), "|".join(item.itertext())) for item in listed] == [
        ("3", "dark"),
        ("1", "low, a 2, bars 3–4| |Mira, 2026-03-14|more <air> here"),
    ]
    (marks,) = (each for each in root.iter(f"{HTML}div") if each.get("class") == "remarked")
    assert [(mark.text, mark.get("title"), mark.get("style")) for mark in marks] == [
        ("1", "1. low, a 2, bars 3–4: more <air> here", "left:48.780%;width:48.780%;top:0px"),
    ]
    assert ran(rendered(tmp_path, REPORTED + NOTES.replace("too crowded", "crowded"))) == set()
    rendered(
        tmp_path,
        REPORTED + NOTES.replace("2026-03-14}", "2026-03-14, done: true}").replace("dark}", "dark, done: true}"),
    )
    assert page.read_bytes() == without


def test_explain_names_the_notes(tmp_path: Path) -> None:
    rendered(tmp_path, REPORTED + NOTES)
    (tmp_path / "song.yaml").write_text(REPORTED + NOTES.replace("dark", "too dark"), encoding="utf-8")
    told = {line.node: line.why for line in api.explain(tmp_path, cache=str(tmp_path / "cache")).decisions}
    assert told["report.html"] == ["open notes changed (song.yaml:16:1)"]


@pytest.mark.parametrize("text", [TINY, REPORTED])
def test_a_lock_knows_them_only_by_the_report(tmp_path: Path, text: str) -> None:
    names = []
    for each in (text, text + NOTES):
        (tmp_path / "song.yaml").write_text(each, encoding="utf-8")
        with api.open_store(str(tmp_path / "cache")) as store:
            project, _ = open_project(tmp_path, store, trusted=False)
            assert project is not None
            names.append([path[0] for path, _ in project.own.values()])
    assert ("notes" in names[1], "notes" in names[0]) == (text == REPORTED, False)


def test_a_locked_song_takes_notes(tmp_path: Path) -> None:
    (tmp_path / "song.yaml").write_text(TINY, encoding="utf-8")
    assert songbuild("lock", tmp_path).code == 0
    (tmp_path / "song.yaml").write_text(TINY + NOTES, encoding="utf-8")
    done = songbuild("render", tmp_path, "--locked")
    assert (done.code, done.err) == (0, "")
