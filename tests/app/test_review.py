"""`songbuild review`: which songs changed, what is said of them, and what it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from repositories import Git, git
from shell import TINY, Ran, songbuild
from songbuild.api.history.revisions import repository
from songbuild.api.reviews.changed_songs import Versions, changed_songs
from songbuild.api.reviews.reviewing import Reviewed
from songbuild.app.telling.comment import FEW, MARK, MOST, comment
from songbuild.problems import Problem, Span

QUIET = TINY.replace("master: {loudness: null}\n", "").replace("mix:\n", "mix: mix.py\n").partition("  channels:")[0]
NEW = """\
title: Neu
composition: {patterns: {beat: {grid: 16, kick: "x--- x--- x--- x---"}}}
arrangement: {tracks: {drums: drum_kit}, sections: {b: {bars: 1, parts: {drums: beat}}}, form: [b]}
delivery: {formats: [wav16]}
"""
CODE = "from pathlib import Path\nPath({path!r}).touch()\ndef mix():\n    return {{}}\n"
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
    "properties": {
        "level": {"enum": ["error", "warning", "note"]},
        "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
        "locations": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["physicalLocation"],
                "properties": {
                    "physicalLocation": {
                        "type": "object",
                        "required": ["artifactLocation", "region"],
                        "properties": {
                            "artifactLocation": {
                                "type": "object",
                                "required": ["uri"],
                                "properties": {"uri": {"type": "string", "pattern": "^[!-~]+$"}},
                            },
                            "region": {
                                "type": "object",
                                "properties": {
                                    "startLine": {"type": "integer", "minimum": 1},
                                    "startColumn": {"type": "integer", "minimum": 1},
                                    "endColumn": {"type": "integer", "minimum": 2},
                                },
                            },
                        },
                    }
                },
            },
        },
    },
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "rules"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {"type": "object", "required": ["id", "shortDescription"]},
                                    }
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}
"""What SARIF 2.1.0 demands of the properties that are written (3.13, 3.14, 3.19, 3.27, 3.28, 3.30)."""


@pytest.fixture
def repo(tmp_path: Path) -> Git:
    """A repository with two songs, on the branch topic."""
    made = git(tmp_path / "repo")
    made.write("one/song.yaml", TINY)
    made.write("two/song.yaml", TINY.replace("Tiny", "Two"))
    made.write("README.md", "songs\n")
    made.commit("first")
    made("checkout", "-q", "-b", "topic")
    return made


def review(repo: Git, *arguments: object) -> tuple[Ran, str]:
    """Review the branch beside main; the run, and its comment."""
    out = repo.folder.parent / "review"
    ran = songbuild("review", "main", "--out", out, *arguments, cwd=repo.folder)
    assert "Traceback" not in ran.err
    return ran, (out / "comment.md").read_text(encoding="utf-8")


def results(repo: Git) -> list[dict[str, Any]]:
    """The results of the SARIF file, which is held to what the standard says."""
    data = json.loads((repo.folder.parent / "review" / "results.sarif").read_text(encoding="utf-8"))
    Draft202012Validator(SARIF).validate(data)
    (run,) = data["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    found: list[dict[str, Any]] = run["results"]
    return found


def summary(repo: Git) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((repo.folder.parent / "review" / "summary.json").read_text(encoding="utf-8"))
    return found


def versions(repo: Git, *only: Path) -> list[Versions]:
    found = repository(repo.folder)
    assert found is not None
    return changed_songs(found, repo("rev-parse", "main"), repo("rev-parse", "HEAD"), only)


def test_a_change_is_told_with_its_loudness(repo: Git) -> None:
    repo.write("one/song.yaml", TINY.replace("gain_db: -6", "gain_db: -3"))
    repo.commit("louder")
    ran, text = review(repo)
    assert (ran.code, ran.err) == (0, "")
    assert text.startswith(f"{MARK}\n## songbuild: 1 song changed\n")
    assert "- `~` low fader -6 -> -3 dB" in text
    assert "main (" in text.partition("→")[0]
    assert "Two" not in text
    (row,) = [line for line in text.splitlines() if line.startswith("| master")]
    loudness, peak = (cell.strip().split(" -> ") for cell in row.split("|")[2:4])
    assert float(loudness[1]) - float(loudness[0]) == pytest.approx(3, abs=0.11)
    assert float(peak[1]) - float(peak[0]) == pytest.approx(3, abs=0.11)
    assert row.endswith("| 0:04 |")
    assert results(repo) == []
    (song,) = summary(repo)["songs"]
    assert (song["manifest"], song["changes"], song["rendered"]) == ("one/song.yaml", 1, True)
    assert song["files"] == ["songs/one/diff.html"]
    assert not (repo.folder / "one" / "out").exists()


def test_what_is_heard_and_files_to_listen_to(repo: Git) -> None:
    repo.write("one/song.yaml", TINY.replace("gain_db: -6", "gain_db: -3"))
    repo.commit("louder")
    ran, text = review(repo, "--audio", "--json")
    assert (ran.code, ran.events) == (0, [summary(repo)])
    assert "master and low: 3.0 LU louder throughout" in text
    files = summary(repo)["songs"][0]["files"]
    assert {"songs/one/audio/tiny-24bit.wav", "songs/one/diff_audio/before-1.flac"} <= set(files)
    assert r"songs/one/diff\_audio/after-1.flac" in text
    page = (repo.folder.parent / "review/songs/one/diff.html").read_text(encoding="utf-8")
    assert '"diff_audio/after-1.flac"' in page
    _, text = review(repo)
    assert summary(repo)["songs"][0]["files"] == ["songs/one/diff.html"]  # nothing is left of the review before
    assert "heard" not in text


def test_an_error_is_an_annotation_and_fails(repo: Git) -> None:
    repo.write("one/song.yaml", TINY.replace("gain: {gain", "nothing: {gain"))
    repo.write("two/song.yaml", TINY.replace("inserts: [gain", "inserts: [gian"))
    repo.commit("broken")
    ran, text = review(repo, "--song", "two")
    assert ran.code == 1
    assert "two/song.yaml:13:" in ran.err
    assert "**1 error**\n\n- two/song.yaml:13: unknown effect 'gian' (did you mean 'gain'?)\n" in text
    assert "not compared, for errors: mix" in text
    (result,) = results(repo)
    assert (result["ruleId"], result["level"]) == ("MIX003", "error")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "two/song.yaml"
    line = (repo.folder / "two/song.yaml").read_text().splitlines()[place["region"]["startLine"] - 1]
    assert line[place["region"]["startColumn"] - 1 : place["region"]["endColumn"] - 1] == "gian"
    assert not summary(repo)["ok"]
    assert not summary(repo)["songs"][0]["rendered"]


def test_code_runs_with_trust_only(repo: Git, tmp_path: Path) -> None:
    mark = tmp_path / "it ran"
    repo.write("one/song.yaml", QUIET + "delivery: {formats: [wav24]}\n")
    repo.write("one/mix.py", CODE.format(path=str(mark)))
    repo.commit("code")
    ran, text = review(repo)
    assert ran.code == 0
    assert not mark.exists()
    assert "not rendered, and not all checked: code isn't run without trust (mix.py)" in text
    assert "mix.py added: not run without trust" in text
    (note,) = results(repo)
    assert (note["level"], note["locations"][0]["physicalLocation"]["region"]["startLine"]) == ("note", 11)
    ran, text = review(repo, "--trust")
    assert mark.exists()
    assert (ran.code, results(repo)) == (0, [])
    assert "| master |" in text


def test_warnings_that_are_new_come_first(repo: Git) -> None:
    old = TINY.replace("patterns:\n", "patterns:\n    idle: c2\n")
    repo("checkout", "-q", "main")
    repo.write("one/song.yaml", old)
    repo.commit("idle")
    repo("checkout", "-q", "topic")
    repo("merge", "-q", "main")
    repo.write("one/song.yaml", old.replace("idle: c2\n", "idle: c2\n    other: c2\n"))
    repo.commit("other")
    ran, text = review(repo)
    assert ran.code == 0
    told = text.partition("**2 warnings**\n\n")[2].splitlines()[:2]
    assert "'other'" in told[0]
    assert "'idle'" in told[1]
    assert [line.endswith(" _(before, too)_") for line in told] == [False, True]
    assert [each["level"] for each in results(repo)] == ["warning", "warning"]


def test_text_of_a_song_is_only_text(repo: Git) -> None:
    title = "<img src=x> @someone [x](https://example.org) #1 | `a`"
    repo.write("one/song.yaml", TINY.replace("title: Tiny", f"title: '{title}'").replace("low: bass", "low: '[b](c)'"))
    repo.commit("evil")
    _, text = review(repo)
    assert "<img" not in text
    assert "@someone" not in text
    assert "](" not in text.replace(r"\](", "")
    (result,) = [each for each in results(repo) if each["level"] == "error"]
    assert r"\[b\](c)" in result["message"]["text"]


def test_a_link_out_of_the_repository_shows_nothing(repo: Git, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("token: [s3cret\n")
    for link in ("one/song.yaml", "two/presets/gain/mine.yaml"):
        (repo.folder / link).parent.mkdir(parents=True, exist_ok=True)
        (repo.folder / link).unlink(missing_ok=True)
        (repo.folder / link).symlink_to(tmp_path / "config")
    repo.write("two/song.yaml", TINY.replace("[gain: {gain_db: 1}]", "[gain/mine]"))
    repo.commit("links")
    ran, text = review(repo)
    assert ran.code == 1
    assert "leads out of the song's folder" in text
    assert {each["ruleId"] for each in results(repo)} == {"MAN002", "MIX009"}
    written = [path.read_text(encoding="utf-8") for path in (tmp_path / "review").rglob("*.*") if path.is_file()]
    assert not any("s3cret" in told for told in (*written, ran.out, ran.err))


def test_songs_that_come_move_and_go(repo: Git) -> None:
    repo("mv", "one", "uno")
    repo.write("uno/song.yaml", TINY.replace("gain_db: -6", "gain_db: -3"))
    repo("rm", "-q", "-r", "two")
    repo.write("neu/song.yaml", NEW)
    repo.commit("about")
    assert versions(repo) == [
        Versions(None, "neu/song.yaml"),
        Versions("two/song.yaml", None),
        Versions("one/song.yaml", "uno/song.yaml"),
    ]
    ran, text = review(repo)
    assert ran.code == 0
    assert "### Neu: new\n" in text
    assert "### Two: removed\n" in text
    assert "### Tiny: 1 change\n" in text
    assert "uno/song.yaml (was one/song.yaml)" in text


def test_a_song_is_changed_by_what_lies_in_its_folder(repo: Git) -> None:
    repo.write("README.md", "more\n")
    repo.write("one/out/tiny.txt", "built")
    repo.write("one/.idea", "hidden")
    repo.commit("nothing")
    assert versions(repo) == []
    ran, text = review(repo)
    assert (ran.code, "## songbuild: no song changed\n" in text) == (0, True)
    repo.write("two/presets/gain/loud.yaml", "gain_db: 3\n")
    repo.commit("preset")
    assert versions(repo) == [Versions("two/song.yaml", "two/song.yaml")]
    assert versions(repo, repo.folder / "one") == []
    _, text = review(repo)
    assert "### Two: nothing differs\n" in text
    assert "only how it is written: presets/gain/loud.yaml" in text


def test_an_album_tells_of_its_songs(tmp_path: Path) -> None:
    repo = git(tmp_path / "repo")
    repo.write("album/album.yaml", "title: Two\nsongs: [../one, in]\n")
    repo.write("album/in/song.yaml", TINY.replace("Tiny", "In"))
    repo.write("one/song.yaml", TINY)
    repo.commit("first")
    repo("checkout", "-q", "-b", "topic")
    repo.write("one/song.yaml", TINY.replace("gain_db: -6", "gain_db: -3"))
    repo.commit("louder")
    assert versions(repo) == [Versions("album/album.yaml", "album/album.yaml")]
    assert versions(repo, repo.folder / "one") == [Versions("one/song.yaml", "one/song.yaml")]
    ran, text = review(repo)
    assert ran.code == 0, ran.err
    assert "#### Tiny: 1 change" in text
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    assert rows == ["", "album", "Tiny", "In"]


def test_a_recording_that_was_not_fetched_is_an_error_with_a_place(repo: Git) -> None:
    sung = TINY.replace("{low: bass}", "{low: bass, voice: {recording: voice}}").replace(
        "mix:\n", "recordings: {voice: {takes: {one: voice.wav}}}\nmix:\n"
    )
    repo.write("one/song.yaml", sung)
    repo.write("one/voice.wav", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    repo.commit("sung")
    ran, text = review(repo)
    assert ran.code == 1
    assert "- one/song.yaml:1: voice.wav is kept in Git LFS, and its content isn't here" in text
    assert results(repo)[0]["ruleId"] == "GIT001"


def test_what_stands_in_the_way_is_said(repo: Git, tmp_path: Path) -> None:
    repo.write("one/song.yaml", TINY.replace("gain_db: -6", "gain_db: -3"))
    repo.commit("louder")
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").touch()
    for words, said in (
        (("main", "--out", full), "isn't empty, and holds no earlier review"),
        (("mian", "--out", tmp_path / "new"), "did you mean 'main'?"),
        (("", "--out", tmp_path / "new"), "is no revision"),
        (("main", "--song", "three", "--out", tmp_path / "new"), "there is no song.yaml in three"),
    ):
        ran = songbuild("review", *words, cwd=repo.folder)
        assert (ran.code, said in ran.err) == (2, True), ran.err
    assert [path.name for path in full.iterdir()] == ["mine"]
    assert not (tmp_path / "new").exists()
    ran = songbuild("review", "main", "--out", tmp_path / "new", cwd=tmp_path)
    assert (ran.code, "is in no git repository" in ran.err) == (2, True)


@pytest.mark.parametrize("songs", [1, 800])
def test_a_comment_is_never_longer_than_a_host_takes(songs: int) -> None:
    found = []
    for at in range(songs):
        place = f"songs/{at}/song.yaml"
        problems = [Problem("MIX001", f"wrong {'*' * 500}", Span(place, line)) for line in range(1, FEW)]
        problems += [Problem("MIX002", "x" * 3_000, Span(place), severity="warning")]
        found.append(Reviewed(Versions(None, place), None, None, problems=tuple(problems)))
    text = comment(found, "main", "topic")
    assert len(text) <= MOST
    assert text.startswith(MARK)
    assert "x" * 2_000 not in text
    assert ("which a comment has no room for" in text) == (songs == 800)
