"""`songbuild diff`: versions of a song, errors on one side, trust, outputs, and how little it reads twice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from repositories import Git, git
from shell import TINY, edit, songbuild
from songbuild import api
from songbuild.api import UsageError
from songbuild.api.history import differing, kept_facts, snapshots
from songbuild.api.history.revisions import repository
from songbuild.app.telling.schema import SCHEMA
from songbuild.engine.unchanged import default_folder

HEAVY = {"numpy", "scipy", "pydantic", "pydantic_core", "yaml", "rich", "blake3", "soundfile", "sqlite3"}
WriteSong = Callable[..., Path]
ALBUM = "title: Two\nsongs: [../one, ../two]\n"
TONE = """\
def mix():
    open("ran", "a").close()
    return {"channels": {"low": {"gain_db": -6}}}
"""


@pytest.fixture
def song(tmp_path: Path) -> Git:
    """TINY in a repository, committed, with a branch and a tag."""
    it = git(tmp_path / "tiny")
    it.write("song.yaml", TINY)
    it.write(".gitignore", "out/\n*.wav\n")
    it.commit("first")
    it("tag", "v1")
    it("branch", "topic")
    return it


def said(song: Git, *arguments: object, code: int = 0) -> list[str]:
    """What a diff prints, without the blank lines."""
    ran = songbuild("diff", *arguments, cwd=song.folder)
    assert (ran.code, ran.err) == (code, "")
    return [line for line in ran.out.splitlines() if line]


def test_nothing_differs(song: Git) -> None:
    commit = song("rev-parse", "HEAD")[:7]
    assert said(song) == [f"Tiny: nothing differs  HEAD ({commit}) -> working tree"]
    assert said(song, "v1", "topic", "--exit-code") == [f"Tiny: nothing differs  v1 ({commit}) -> topic ({commit})"]


def test_an_edit_of_the_working_tree(song: Git) -> None:
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    head, area, change = said(song, "--exit-code", code=1)
    assert head.startswith("Tiny: 1 change  HEAD (")
    assert (area, change) == ("mix", "  ~ low fader -6 -> -9 dB")
    assert said(song, "--full")[2].split() == [*change.split(), "song.yaml:13"]


def test_what_is_only_written_differently_is_no_difference(song: Git) -> None:
    text = TINY.replace("mix:\n  channels:\n    low: {gain_db: -6, inserts: [gain: {gain_db: 1}]}\n", "mix: mix.yaml\n")
    song.write("song.yaml", f"# a comment\n{text}")
    song.write("mix.yaml", "channels: {low: {inserts: [{gain: {gain_db: 1 dB}}], gain_db: '-6 dB'}}\n")
    lines = said(song, "--exit-code")
    assert lines[0].startswith("Tiny: nothing differs")
    assert lines[1:] == ["  only how it is written: mix.yaml, song.yaml"]


def test_two_revisions_and_where_a_branch_left(song: Git) -> None:
    edit(song.folder, "tempo: 240", "tempo: 200")
    song.commit("slower")
    song("checkout", "-q", "topic")
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    song.commit("softer")
    song("checkout", "-q", "main")
    both = ["  ~ low fader -6 -> -9 dB", "  ~ tempo 200 -> 240 bpm"]
    assert sorted(line for line in said(song, "main..topic") if line.startswith("  ~")) == sorted(both)
    assert said(song, "main", "topic")[1:] == said(song, "main..topic")[1:] == said(song, "..topic")[1:]
    head, *rest = said(song, "main...topic")
    assert head.startswith("Tiny: 1 change  where topic left main (")
    assert rest == ["mix", both[0]]
    assert said(song, "HEAD~1")[1:] == ["tempo and meter", "  ~ tempo 240 -> 200 bpm"]


def test_folders_and_manifests(song: Git, write_song: WriteSong) -> None:
    other = write_song({"song.yaml": TINY.replace("gain_db: -6", "gain_db: -8")}, "other")
    (song.folder / "here").symlink_to(other)
    assert said(song, "../other") == [
        "Tiny: 1 change  ../other -> working tree",
        "mix",
        "  ~ low fader -8 -> -6 dB",
    ]
    assert said(song, "HEAD", "../other/song.yaml")[1:] == ["mix", "  ~ low fader -6 -> -8 dB"]
    ran = songbuild("diff", song.folder, other, cwd=other.parent)
    assert ran.out.splitlines()[-1] == "  ~ low fader -6 -> -8 dB"
    assert songbuild("diff", song.folder, cwd=other.parent).out.startswith("Tiny: nothing differs  HEAD (")
    assert songbuild("diff", "HEAD", "--song", song.folder, cwd=other.parent).code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "'nowhere' is no revision of this repository"),
        (["v1", "topci"], "'topci' is no revision of this repository: did you mean 'topic'?"),
        (["HEAD~1"], "'HEAD~1' is no revision of this repository"),
        (["a", "b", "c"], "a diff is of two versions"),
        (["v1", "--song", "sub"], "there is no song.yaml in sub, nor is there in v1 ("),
        (["--markdown", "--json"], "--markdown doesn't go with --json"),
        (["--audio", "nowhere"], "no revision"),
    ],
)
def test_wrong_usage(song: Git, arguments: list[str], words: str) -> None:
    ran = songbuild("diff", *arguments, cwd=song.folder)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_a_name_that_is_a_revision_and_a_folder(song: Git) -> None:
    song.write("topic/song.yaml", TINY)
    ran = songbuild("diff", "topic", cwd=song.folder)
    assert ran.code == 2
    assert "'./topic' means the file, 'topic^0' the revision" in ran.err
    assert "./topic -> working tree" in said(song, "./topic")[0]
    assert "topic^0 (" in said(song, "topic^0")[0]


def test_without_git_without_a_commit_and_before_the_song(song: Git, tmp_path: Path, write_song: WriteSong) -> None:
    alone = write_song({"song.yaml": TINY}, "alone")
    ran = songbuild("diff", cwd=alone)
    assert (ran.code, "isn't in a git repository" in ran.err) == (2, True)
    new = git(tmp_path / "new")
    new.write("song.yaml", TINY)
    ran = songbuild("diff", cwd=new.folder)
    assert (ran.code, "there is no commit yet" in ran.err) == (2, True)
    song.write("later/song.yaml", TINY)
    ran = songbuild("diff", "HEAD", cwd=song.folder / "later")
    assert (ran.code, "there is no later/song.yaml in HEAD (" in ran.err) == (2, True)
    ran = songbuild("diff", cwd=tmp_path)
    assert ran.code == 2


def test_a_version_with_errors_is_compared_as_far_as_it_can_be_read(song: Git) -> None:
    edit(song.folder, "gain: {gain_db: 1}", "gian: {gain_db: 1}")
    edit(song.folder, "tempo: 240", "tempo: 200")
    ran = songbuild("diff", cwd=song.folder)
    assert ran.code == 1
    assert "working tree: song.yaml:13:34: error[MIX003]: unknown effect 'gian'" in ran.err
    assert "compared as far as it can be read: everything but mix" in ran.err
    assert ran.out.splitlines()[2:] == ["tempo and meter", "  ~ tempo 240 -> 200 bpm"]
    told = songbuild("diff", "--json", cwd=song.folder)
    (event,) = told.events
    assert [(each["side"], each["code"], each["line"]) for each in event["problems"]] == [
        ("working tree", "MIX003", 13)
    ]
    song.commit("broken")
    edit(song.folder, "gian", "gain")
    assert "HEAD (" in songbuild("diff", cwd=song.folder).err


def test_a_version_without_music_says_nothing_of_notes(song: Git) -> None:
    edit(song.folder, "a1:4 c2 e2 g2", "a1:4 c2 e2 h2")
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    ran = songbuild("diff", cwd=song.folder)
    assert ran.code == 1
    assert "song.yaml:6" in ran.err
    assert ran.out.splitlines()[2:] == ["mix", "  ~ low fader -6 -> -9 dB"]
    song.write("song.yaml", "title: [\n")
    ran = songbuild("diff", cwd=song.folder)
    assert (ran.code, "compared as far as it can be read: nothing" in ran.err) == (1, True)
    assert ran.out.startswith("Tiny: nothing differs")


def scripted(song: Git) -> Git:
    """The song with its mix in Python."""
    head, rest = TINY.split("mix:\n")
    song.write("song.yaml", f"{head}mix: mix.py\nmaster:{rest.partition('master:')[2]}")
    song.write("mix.py", TONE)
    song.commit("code")
    return song


def test_code_of_a_revision_runs_only_where_it_may(song: Git) -> None:
    scripted(song)
    song.write("mix.py", TONE.replace("-6", "-9"))
    edit(song.folder, "tempo: 240", "tempo: 200")
    mark = song.folder / "ran"
    ran = songbuild("diff", cwd=song.folder)
    assert (ran.code, mark.exists()) == (0, False)
    assert "not run, so not compared: mix.py; --trust runs it" in ran.err
    assert "  ~ mix.py changed: not run without trust" in ran.out.splitlines()
    assert "  ~ tempo 240 -> 200 bpm" in ran.out.splitlines()
    assert "  ~ low fader -6 -> -9 dB" in said(song, "--trust")
    assert mark.exists()


def test_in_a_trusted_project_merged_code_runs_and_no_other(song: Git) -> None:
    scripted(song)
    assert songbuild("trust", song.folder).code == 0
    song("checkout", "-q", "-b", "stranger")
    song.write("mix.py", TONE.replace("-6", "-9"))
    song.commit("code of a stranger")
    song("checkout", "-q", "main")
    song.write("mix.py", TONE.replace("-6", "-8"))
    assert "  ~ low fader -6 -> -8 dB" in said(song, "HEAD")
    ran = songbuild("diff", "HEAD", "stranger", cwd=song.folder)
    assert "  ~ mix.py changed: not run without trust" in ran.out.splitlines()
    assert "low fader" not in ran.out
    song("checkout", "-q", "--", "mix.py")
    song("merge", "-q", "stranger")  # what is merged has been read
    assert "  ~ low fader -6 -> -9 dB" in said(song, "HEAD~1", "stranger")


def test_recordings_are_told_apart_by_content_and_may_live_outside_of_git(song: Git) -> None:
    take = TINY.replace("mix:\n", "recordings: {voice: {takes: {one: {file: a.wav}}, comp: ['one 1-2']}}\nmix:\n")
    take = take.replace("{low: bass}", "{low: bass, voice: {recording: voice}}").replace(
        "channels:\n", "channels:\n    voice: {}\n"
    )
    song.write("song.yaml", take)
    song.write("a.wav", "RIFF")
    song.commit("the file is ignored")
    assert song("ls-files") == ".gitignore\nsong.yaml"
    assert said(song)[0].startswith("Tiny: nothing differs")
    song("add", "-f", "a.wav")
    song.commit("the file is kept")
    assert said(song)[0].startswith("Tiny: nothing differs")
    song.write("a.wav", "RIFX")
    assert any("a.wav" in line or "take" in line for line in said(song)[2:])


def test_an_album_and_its_songs(tmp_path: Path) -> None:
    it = git(tmp_path / "work")
    it.write("album/album.yaml", ALBUM)
    it.write("one/song.yaml", TINY.replace("Tiny", "One"))
    it.write("two/song.yaml", TINY.replace("Tiny", "Two"))
    it.commit("first")
    edit(it.folder / "two", "gain_db: -6", "gain_db: -9")
    ran = songbuild("diff", "album", cwd=it.folder)
    assert (ran.code, ran.err) == (0, "")
    lines = [line for line in ran.out.splitlines() if line]
    assert lines[0].startswith("Two: 1 change  HEAD (")
    assert lines[1:] == ["Two: 1 change", "mix", "  ~ low fader -6 -> -9 dB"]
    edit(it.folder / "album", "[../one, ../two]", "[../two, ../one]", "album.yaml")
    assert "album" in songbuild("diff", "--song", "album", cwd=it.folder).out.splitlines()
    broken = it.write("one/song.yaml", TINY.replace("c2 e2 g2", "c2 e2 h2"))
    ran = songbuild("diff", "--song", "album", cwd=it.folder)
    assert (ran.code, f"working tree: ../one/{broken.name}:6" in ran.err) == (1, True)
    assert "  ~ low fader -6 -> -9 dB" in ran.out.splitlines()


def test_json_is_as_its_schema_says(song: Git) -> None:
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    edit(song.folder, "c2 e2 g2", "c2 e2 a2")
    ran = songbuild("diff", "--json", cwd=song.folder)
    (event,) = ran.events
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(event)] == []
    assert (event["old"]["title"], event["new"]["label"]) == ("Tiny", "working tree")
    fader = next(change for change in event["changes"] if change["area"] == "mix")
    assert (fader["old"], fader["new"], fader["unit"], fader["place"]) == (-6, -9, "dB", "song.yaml:13")
    assert songbuild("diff", "--json", cwd=song.folder).out == ran.out


def test_colour_is_for_terminals_and_never_alone(song: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    assert "\x1b[" not in songbuild("diff", cwd=song.folder).out
    coloured = songbuild("diff", "--color", "always", cwd=song.folder).out
    assert "\x1b[33m\x1b[1m~\x1b[0m low fader" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in songbuild("diff", cwd=song.folder).out
    assert songbuild("diff", "--color", "always", cwd=song.folder).out == coloured


def test_a_page_is_written_whole_or_not_at_all(song: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    page = song.folder / "diff.html"
    assert "  ~ low fader -6 -> -9 dB" in said(song, "--html", "diff.html")
    before = page.read_bytes()
    assert b"low fader" in before

    def fails(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("songbuild.diff.page.page", fails)
    assert songbuild("diff", "--html", "diff.html", cwd=song.folder).code == 1
    assert page.read_bytes() == before
    assert [path.name for path in song.folder.glob(".diff*")] == []


def test_what_is_heard(song: Git) -> None:
    edit(song.folder, "g2 | d2:4", "g2 | d2!40:4")
    ran = songbuild("diff", "--audio", "--html", "diff.html", cwd=song.folder)
    assert (ran.code, ran.err) == (0, "")
    heard = ran.out.partition("\nheard\n")[2].splitlines()
    assert heard[0].startswith("  master: first heard at bar 2, beat 1")
    clips = sorted((song.folder / "diff_audio").glob("*.flac"))
    assert clips
    page = (song.folder / "diff.html").read_text()
    assert all(f'src="diff_audio/{clip.name}"' in page for clip in clips)


def test_albums_beside_their_songs_without_git(write_song: WriteSong) -> None:
    write_song({"song.yaml": TINY.replace("Tiny", "One")}, "one")
    two = write_song({"song.yaml": TINY.replace("Tiny", "Two")}, "two")
    old, new = (
        write_song({"album.yaml": f"title: Two\nloudness: {level}\n{ALBUM[11:]}"}, f"album{level}")
        for level in (-14, -12)
    )
    before = songbuild("diff", old, new, "--song", new).out
    assert "album loudness -14 LUFS" in before
    edit(two, "gain_db: -6", "gain_db: -9")  # a song that both albums name, out of their folders
    assert songbuild("diff", old, new, "--song", new).out == before


# -- facts that are kept ------------------------------------------------------------------------------------------


def entries() -> list[Path]:
    return sorted((Path(default_folder()) / kept_facts.FOLDER).iterdir())


def test_a_song_is_read_once(song: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    before = said(song)
    assert len(entries()) == 2

    def fails(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("songbuild.api.history.song_facts.read", fails)
    assert said(song) == before
    song.commit("the working tree's content is now a commit's")
    assert said(song)[0].startswith("Tiny: nothing differs")
    song.write("README.md", "also looked at")
    with pytest.raises(AssertionError, match="read again"):
        differing.side(None, song.folder)


def test_facts_of_what_was_saved_meanwhile_are_not_kept(song: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    from songbuild.api.history import song_facts

    load = song_facts.load

    def late(*arguments: Any, **options: Any) -> Any:
        if arguments[0].parent == song.folder:
            edit(song.folder, "gain_db: -6", "gain_db: -9")
        return load(*arguments, **options)

    song.write("README.md", "so that it isn't the commit's content")
    with monkeypatch.context() as patch:
        patch.setattr(song_facts, "load", late)
        said(song)
    edit(song.folder, "gain_db: -9", "gain_db: -6")
    assert said(song)[0].startswith("Tiny: nothing differs")


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b'{"size": 3}\nabc'])
def test_damaged_facts_are_made_anew(song: Git, damage: bytes) -> None:
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    before = said(song)
    whole = {path: path.read_bytes() for path in entries()}
    for path, data in whole.items():
        path.write_bytes(damage or data[:-10])
    assert said(song) == before
    assert {path: path.read_bytes() for path in entries()} == whole


def test_the_facts_have_a_cap(song: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    said(song)
    (first,) = entries()
    monkeypatch.setattr(kept_facts, "CAP_BYTES", first.stat().st_size + 200)
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    said(song)
    assert len(entries()) == 1
    assert entries() != [first]


def test_a_cache_that_cannot_be_written_is_done_without(song: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONGBUILD_CACHE", "/proc/nowhere")
    assert said(song)[0].startswith("Tiny: nothing differs")


def test_with_kept_facts_next_to_nothing_is_imported(song: Git) -> None:
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    kept_facts._readers.cache_clear()  # as another process sees them
    said(song)
    code = "import sys; sys.argv = ['songbuild', 'diff']; from songbuild.app.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True, cwd=song.folder
    )
    assert "low fader -6 -> -9 dB" in ran.stdout
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert "songbuild.diff.compare" in imported
    assert HEAVY & {name.partition(".")[0] for name in imported} == set()


# -- from Python --------------------------------------------------------------------------------------------------


def test_from_python(song: Git) -> None:
    edit(song.folder, "gain_db: -6", "gain_db: -9")
    found: Any = api.diff("HEAD", None, song.folder)
    assert [change.text for change in found.changes] == ["low fader -6 -> -9 dB"]
    assert not api.diff("HEAD", "v1", song.folder)
    with api.checked_out("HEAD", song.folder, audio=True) as folder:
        assert (folder / "song.yaml").read_text() == TINY
        assert folder != song.folder
    assert not folder.exists()
    with api.checked_out(None, song.folder, audio=True) as folder:
        assert folder == song.folder


def test_no_link_of_a_song_leads_out_of_where_it_is_laid_out(song: Git, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    mine = tmp_path / "own/mix.yaml"
    mine.write_text("mine")
    (song.folder / "mix.yaml").symlink_to(mine)
    (song.folder / "sub").symlink_to(tmp_path / "own")
    commit = song.commit("links")
    found = repository(song.folder)
    assert found is not None
    new = song.write("new.yaml", "theirs")
    for path in ("mix.yaml", "sub/mix.yaml"):
        snapshot = snapshots.with_text(snapshots.of_commit(song.folder, "x", commit, found), path, "0" * 40, new)
        with snapshots.laid_out(snapshot, audio=False) as manifest:
            assert (manifest.parent / "mix.yaml").read_text() == ("theirs" if path == "mix.yaml" else "mine")
    assert mine.read_text() == "mine"


def test_a_file_that_lfs_has_not_fetched(song: Git) -> None:
    song.write("a.flac", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n")
    song.commit("a pointer")
    with (
        pytest.raises(UsageError, match=r"a\.flac is kept in Git LFS"),
        api.checked_out("HEAD", song.folder, audio=True),
    ):
        pass
    with api.checked_out("HEAD", song.folder, audio=False) as folder:
        assert (folder / "a.flac").read_bytes() == b""


def test_the_schema_in_schemas_is_current() -> None:
    written = Path(__file__).parents[2] / "schemas/diff.schema.json"
    assert json.loads(written.read_text(encoding="utf-8")) == SCHEMA, "run: songbuild schema --out schemas"
    Draft202012Validator.check_schema(SCHEMA)
