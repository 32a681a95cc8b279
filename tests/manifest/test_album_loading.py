"""album.yaml: what can be read, and what is wrong with it, by file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from songbuild.manifest.album import load_album


def loaded(folder: Path, text: str) -> list[str]:
    for song in ("one", "two"):
        (folder / song).mkdir(exist_ok=True)
        (folder / song / "song.yaml").write_text("title: x\n")
    (folder / "album.yaml").write_text(text)
    return [str(problem) for problem in load_album(folder).problems]


def test_an_album_names_songs_beside_and_below_it(tmp_path: Path) -> None:
    home = tmp_path / "album"
    home.mkdir()
    assert loaded(home, "title: T\ndate: 2026\nupc: 4006381333931\nsongs: [one, ../album/two, one/song.yaml]\n") == []
    found = load_album(home)
    assert found.album is not None
    assert (found.album.date, found.album.upc) == ("2026", "4006381333931")
    assert [path.name for path in found.tracks if path] == ["song.yaml"] * 3


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("songs: [one]", "1:1: error[ALB002]", "'title' is missing"),
        ("title: T\nsongs: []", "2:8: error[ALB004]", "at least 1"),
        ("title: T\nsongs: [on]", "2:9: error[MAN003]", "did you mean 'one'?"),
        ("title: T\nsongs: [/one]", "2:9: error[MAN002]", "relative"),
        ("title: T\nsongs: ['']", "2:9: error[MAN002]", "not a path"),
        ("title: T\nsongs: [{file: ../x.wav, title: X}]", "2:16: error[MAN002]", "leads out"),
        ("title: T\nsongs: [.]", "2:9: error[MAN005]", "is an album"),
        ("title: T\nsongs: [{song: one, file: a.wav}]", "2:9: error[ALB008]", "either a `song` or a `file`"),
        ("title: T\nsongs: [{file: a.wav}]", "2:9: error[ALB008]", "needs a `title`"),
        ("title: T\nsongs: [{song: one, isrc: QZ-ABC-26-0001}]", "2:27: error[ALB008]", "not an ISRC"),
        ("title: T\nupc: 4006381333932\nsongs: [one]", "2:18: error[ALB008]", "check digit"),
        ("title: T\nsongs: [one]\nloudness: {album: -14, tracks: -14}", "3:11: error[ALB008]", "one target"),
        ("title: T\nsongs: [{song: one, loudness: -9}]", "2:31: error[ALB039]", "every track has one"),
        ("title: T\nsongs: [one]\nloudness: -14\nceiling: null", "4:10: error[ALB038]", "needs a ceiling"),
        ("title: T\nsongs: [one]\nartwork: a.png", "3:10: error[MAN003]", "no file 'a.png'"),
        ("title: T\nsongs: [one]\ndelivery: {cd: [dpp]}", "3:17: error[ALB007]", "did you mean 'ddp'?"),
    ],
)
def test_a_mistake_is_a_problem_at_its_place(tmp_path: Path, text: str, place: str, words: str) -> None:
    problems = loaded(tmp_path, text)
    assert len(problems) == 1
    assert problems[0].startswith(f"album.yaml:{place}") and words in problems[0]


def test_paths_are_looked_at_even_where_the_text_is_wrong(tmp_path: Path) -> None:
    problems = loaded(tmp_path, "titel: T\nsongs: [one, nowhere, {gap: x}]")
    assert [each.split("[")[1][:6] for each in problems] == ["ALB001", "ALB002", "MAN003", "ALB006"]


def test_no_album_is_a_problem_too(tmp_path: Path) -> None:
    (problem,) = load_album(tmp_path / "album.yaml").problems
    assert problem.code == "MAN003" and "init --album" in str(problem.hint)
