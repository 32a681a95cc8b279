"""`songbuild blame` and `songbuild log`: through edits, renames, moves, merges and a commit that can't be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from repositories import Git, git
from shell import edit, songbuild

SONG = """\
title: Blamed
composition:
  patterns:
    line: "a1:4 c2 e2 g2 | d2:4 d2 a1 c2"
    beat: {grid: 16, kick: "x--- x--- x--- x---"}
arrangement:
  tracks: {low: bass, drums: drum_kit}
  sections:
    a: {bars: 2, parts: {low: line, drums: beat}}
    b: {bars: 2, parts: {low: line}}
  form: [a, b, a]
mix:
  channels:
    low: {gain_db: -6, inserts: [compressor: {threshold_db: -20}]}
  buses: {drums_bus: {gain_db: -2}}
"""


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    yield


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Git:
    """A song with a history of eleven commits on two branches, and something that isn't committed."""
    made = git(tmp_path_factory.mktemp("history"))
    made.write("song.yaml", SONG)
    made.commit("first sketch")
    for old, new, message in (
        ("d2:4 d2 a1 c2", "d2:4 f2 a1 c2", "f in bar 2"),
        ("low: {gain_db: -6", "bass: {gain_db: -6", ""),
        ("low: bass, drums", "bass: bass, drums", ""),
        ("parts: {low: line, drums", "parts: {bass: line, drums", ""),
        ("b: {bars: 2, parts: {low", "b: {bars: 2, parts: {bass", "low is called bass"),
        ("-20", "-22", "compressor"),
        ("form: [a, b, a]", "form: [b, a, a]", "b first"),
    ):
        edit(made.folder, old, new)
        if message:
            made.commit(message)
    made("checkout", "-q", "-b", "side", "HEAD~1")
    edit(made.folder, '"x--- x---', '"X--- x---')
    made.commit("accent")
    made("checkout", "-q", "main")
    made("merge", "-q", "--no-ff", "-m", "merged", "side")
    edit(made.folder, "a1:4 c2 e2 g2", "[a1:4 c2 e2 g2")
    made.commit("broken")
    edit(made.folder, "[a1:4 c2 e2 g2", "a1:4 c2 e2 b1")
    made.commit("mended, with b")
    made.write("other.txt", "not of the song\n")
    edit(made.folder, "grid: 16,", "grid: 16,  # steps\n     ")
    made.commit("only form")
    edit(made.folder, "form: [b, a, a]", "form: [b, a, a, {a: {bass: 'c1:1'}}]")
    return made


def bars(repository: Git, part: str) -> list[tuple[int, int, str, str]]:
    ran = songbuild("blame", part, "--json", cwd=repository.folder)
    assert (ran.code, ran.err) == (0, "")
    *found, last = ran.events
    assert last["ok"] is True
    return [(each["first"], each["last"], each["where"], each.get("subject", "")) for each in found]


def test_each_bar_with_the_commit_that_last_changed_it(repository: Git) -> None:
    b, f = "mended, with b", "f in bar 2"
    assert bars(repository, "bass") == [
        (1, 1, "b", b),
        (2, 2, "b", f),
        (3, 3, "a 1", b),
        (4, 4, "a 1", f),
        (5, 5, "a 2", b),
        (6, 6, "a 2", f),
        (7, 8, "a 3", ""),
    ]
    assert bars(repository, "drums") == [(3, 6, "a 1 and 2", "accent"), (7, 8, "a 3", "")]


def test_some_bars_or_a_section(repository: Git) -> None:
    assert bars(repository, "bass:4") == [(4, 4, "a 1", "f in bar 2")]
    assert [row[:2] for row in bars(repository, "bass:3-4")] == [(3, 3), (4, 4)]
    assert [row[:2] for row in bars(repository, "bass:a#2")] == [(5, 5), (6, 6)]
    assert {row[2] for row in bars(repository, "bass:b")} == {"b"}
    assert bars(repository, "drums:1") == [(1, 1, "b", "first sketch")]  # silent, and always was


def test_for_people(repository: Git) -> None:
    ran = songbuild("blame", "bass:2-8", cwd=repository.folder)
    lines = ran.out.splitlines()
    f, day = repository("log", "--format=%h", "--abbrev=8", "--grep=f in bar 2"), "2026-01-02"
    assert lines[0] == f"bar 2     b    {f}  {day}  Ann O'Nym  f in bar 2"
    assert lines[-1] == "bars 7-8  a 3  --------                         not committed yet"
    assert "broken: passed over" in ran.err


def test_the_log_of_a_part_follows_its_name_and_its_merges(repository: Git) -> None:
    ran = songbuild("log", "bass", "--json", cwd=repository.folder)
    *commits, last = ran.events
    assert (ran.code, last["event"]) == (0, "result")
    assert [each["subject"] for each in commits] == [  # another playing is a change of the form, not of the part
        "mended, with b",
        "compressor",
        "low is called bass",
        "f in bar 2",
        "first sketch",
    ]
    assert [each["part"] for each in commits] == ["bass"] * 3 + ["low"] * 2
    texts = {each["subject"]: [change["text"] for change in each["changes"]] for each in commits}
    assert texts["compressor"] == ["bass compressor threshold -20 -> -22 dB"]
    assert texts["low is called bass"] == ["low renamed to bass"]
    drums = songbuild("log", "drums", "-n", "2", cwd=repository.folder).out.splitlines()
    heads = [line for line in drums if not line.startswith(" ")]
    assert [head.rpartition("  ")[2] for head in heads] == ["accent", "first sketch"]


def test_a_part_that_is_no_more_has_a_log(repository: Git) -> None:
    out = songbuild("log", "low", cwd=repository.folder).out
    assert "f in bar 2" in out and "mended" not in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("blame", "bas"), ["no part 'bas'", "did you mean 'bass'"]),
        (("blame", "bass:8-9"), ["'8-9'", "bars 1-8"]),
        (("blame", "bass:c"), ["'c'", "known: a, b"]),
        (("log", "nobody"), ["never been a part 'nobody'"]),
        (("log", "bass", "--song", "nowhere"), ["nowhere"]),
    ],
)
def test_wrong_usage(repository: Git, arguments: tuple[str, ...], words: list[str]) -> None:
    ran = songbuild(*arguments, cwd=repository.folder)
    assert ran.code == 2 and "Traceback" not in ran.err
    assert all(word in ran.err for word in words), ran.err


def test_where_there_is_no_history(tmp_path: Path) -> None:
    (tmp_path / "song.yaml").write_text(SONG, encoding="utf-8")
    ran = songbuild("blame", "low", cwd=tmp_path)
    assert ran.code == 2 and "no git repository" in ran.err
    fresh = git(tmp_path)
    assert {row[3] for row in bars(fresh, "low")} == {""}
    assert "not committed yet" in songbuild("log", "low", cwd=tmp_path).out
    (tmp_path / "song.yaml").write_text(SONG.replace("low: line}", "low: lime}"), encoding="utf-8")
    ran = songbuild("blame", "low", cwd=tmp_path)
    assert ran.code == 2 and "can't be read as it is" in ran.err and "song.yaml:10" in ran.err
    (tmp_path / "album.yaml").write_text("title: A\nsongs: [x]\n", encoding="utf-8")
    (tmp_path / "song.yaml").unlink()
    ran = songbuild("blame", "low", cwd=tmp_path)
    assert ran.code == 2 and "--song" in ran.err


def test_a_recorded_part(tmp_path: Path) -> None:
    song = git(tmp_path)
    song.write(
        "song.yaml",
        "title: Takes\narrangement:\n  tracks: {vox: {recording: vox}}\n  sections: {a: {bars: 4}}\n  form: [a x2]\n"
        'recordings: {vox: {takes: {one: {file: 1.wav}, two: {file: 2.wav}}, comp: ["one 1-8"]}}\n',
    )
    for name in ("1.wav", "2.wav"):
        song.write(name, name)
    song.commit("one take")
    edit(tmp_path, '["one 1-8"]', '["one 1-4", "two 5-6", "one 7-8"]')
    song.commit("the second one in the middle")
    assert bars(song, "vox") == [
        (1, 4, "a 1", "one take"),
        (5, 6, "a 2", "the second one in the middle"),
        (7, 8, "a 2", "one take"),
    ]
