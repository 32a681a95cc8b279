"""`songbuild git`: what setup does and undoes, what git then shows, and the check before a commit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from repositories import Git, git
from shell import TINY, edit, songbuild
from songbuild.api.git import setup as installing
from songbuild.formats.midi import PPQ, MidiNote, MidiSong, MidiTrack, write_midi


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    yield


@pytest.fixture
def repository(tmp_path: Path) -> Git:
    """A repository with the song TINY in 'my song' and two files of the user's."""
    made = git(tmp_path / "repository")
    made.write("my song/song.yaml", TINY)
    made.write(".gitattributes", "*.txt text")
    made.write("notes.txt", "hello\n")
    made.commit("first")
    return made


def everything(folder: Path) -> dict[str, bytes]:
    """Every file that setup may touch."""
    files = [path for path in folder.rglob("*") if path.is_file() and "objects" not in path.parts]
    kept = [path for path in files if ".git" not in path.parts or path.name in ("config", "pre-commit")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept}


def test_setup_is_done_once_and_undone_to_the_byte(repository: Git) -> None:
    before = everything(repository.folder)
    ran = songbuild("git", "setup", "--hook", cwd=repository.folder / "my song")
    assert (ran.code, ran.err) == (0, "")
    after = everything(repository.folder)
    assert {name for name in after if after[name] != before.get(name)} == {
        ".gitattributes",
        ".gitignore",
        ".git/config",
        ".git/hooks/pre-commit",
    }
    assert after[".gitignore"].splitlines()[1:-1] == [b"/my song/out/"]
    assert after[".gitattributes"].endswith(before[".gitattributes"])
    assert str(repository.folder) not in (after[".gitattributes"] + after[".gitignore"]).decode()
    assert os.access(repository.folder / ".git/hooks/pre-commit", os.X_OK)
    again = songbuild("git", "setup", cwd=repository.folder)
    assert (again.code, again.out) == (0, "nothing to do: it is set up\n")
    assert everything(repository.folder) == after
    assert songbuild("git", "setup", "--remove", cwd=repository.folder).code == 0
    assert everything(repository.folder) == before
    assert "isn't set up" in songbuild("git", "setup", "--remove", cwd=repository.folder).out


def test_what_the_user_has_is_left_alone(repository: Git) -> None:
    repository("config", "diff.songbuild.cachetextconv", "true")
    repository.write("my song/.gitignore", "out/\n")
    songbuild("git", "setup", cwd=repository.folder)
    assert not (repository.folder / ".gitignore").exists()  # the song ignores its out/ by itself
    repository.write(".gitattributes", (repository.folder / ".gitattributes").read_text() + "\nsong.yaml -diff\n")
    assert repository("check-attr", "diff", "song.yaml").endswith("unset")  # the user's lines count
    songbuild("git", "setup", "--remove", cwd=repository.folder)
    assert (repository.folder / ".gitattributes").read_text() == "*.txt text\nsong.yaml -diff\n"
    assert repository("config", "--get-regexp", "songbuild") == "diff.songbuild.cachetextconv true"


def test_stages_of_other_names_are_among_the_attributes(repository: Git) -> None:
    edit(repository.folder / "my song", "master: {loudness: null}", "master: parts/mastering.yaml")
    repository.write("my song/parts/mastering.yaml", "loudness: null\n")
    songbuild("git", "setup", cwd=repository.folder)
    assert repository("check-attr", "merge", "my song/parts/mastering.yaml").endswith(": songbuild")
    assert repository("check-attr", "merge", "parts/mastering.yaml").endswith(": unspecified")


def refused(ran: object, code: int, *words: str) -> None:
    assert getattr(ran, "code") == code  # noqa: B009
    said = getattr(ran, "err")  # noqa: B009
    assert all(word in said for word in words), said
    assert "Traceback" not in said


def test_what_stands_in_the_way_is_said_and_nothing_changes(repository: Git, tmp_path: Path) -> None:
    refused(songbuild("git", "setup", cwd=tmp_path), 2, "no git repository", "git init")
    refused(songbuild("git", "setup", "--remove", "--hook", cwd=repository.folder), 2, "without --hook")
    hook = repository.write(".git/hooks/pre-commit", "#!/bin/sh\necho mine\n")
    before = everything(repository.folder)
    refused(songbuild("git", "setup", "--hook", cwd=repository.folder), 2, "already", "git check || exit 1")
    assert everything(repository.folder) == before
    hook.unlink()
    repository("config", "core.hooksPath", "hooks")
    refused(songbuild("git", "setup", "--hook", cwd=repository.folder), 2, "committed", "songbuild git check")
    repository.write(".gitattributes", "# >>> songbuild git setup (--remove takes these lines out)\n")
    refused(songbuild("git", "setup", cwd=repository.folder), 2, ".gitattributes", "pair up")
    (repository.folder / ".gitattributes").unlink()
    (repository.folder / ".gitattributes").symlink_to("notes.txt")
    refused(songbuild("git", "setup", cwd=repository.folder), 2, ".gitattributes is a link")


def test_lfs_is_asked_for_once(repository: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "succeeds", lambda home, *words: words != ("lfs", "version"))
    refused(songbuild("git", "setup", "--lfs", cwd=repository.folder), 2, "git-lfs isn't installed")
    monkeypatch.setattr(installing, "succeeds", lambda home, *words: words[0] == "lfs")
    refused(songbuild("git", "setup", "--lfs", cwd=repository.folder), 2, "git lfs install")
    monkeypatch.setattr(installing, "succeeds", lambda home, *words: True)
    assert songbuild("git", "setup", "--lfs", cwd=repository.folder).code == 0
    assert repository("check-attr", "filter", "a.wav").endswith(": lfs")
    assert "nothing to do" in songbuild("git", "setup", cwd=repository.folder).out
    assert repository("check-attr", "filter", "a.wav").endswith(": lfs")


def midi(path: Path, key: int) -> None:
    notes = (MidiNote(0, PPQ, key, 90),)
    write_midi(path, MidiSong("T", ((0, 120.0),), ((0, 4, 4),), tracks=(MidiTrack("lead", 0, None, notes),)))


def changed(text: str) -> list[str]:
    """The lines of a diff that were added or taken away."""
    return [line for line in text.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_git_speaks_music(repository: Git) -> None:
    midi(repository.folder / "idea.mid", 60)
    songbuild("git", "setup", cwd=repository.folder)
    repository.commit("set up")
    song = repository.folder / "my song"
    midi(repository.folder / "idea.mid", 62)
    edit(song, "[gain: {gain_db: 1}]}", "[gain: {gain_db: 2}]}  # a comment")
    said = repository("diff", "my song/song.yaml")
    assert said.startswith("my song/song.yaml\n") and "+1 -> +2 dB" in said and "@@" not in said
    repository.commit("louder")
    wanted = ["-'lead', bar 1: 1 c4 for 1 at 90", "+'lead', bar 1: 1 d4 for 1 at 90"]
    wanted += ["-low, gain: gain 1 dB", "+low, gain: gain 2 dB"]
    assert changed(repository("show", "--format=")) == wanted
    assert changed(repository("log", "-p", "-1", "--format=")) == wanted
    assert "+1 -> +2 dB" in repository("log", "-p", "-1", "--ext-diff", "--format=", "--", "my song")
    assert "+    low: {gain_db: -6, inserts: [gain: {gain_db: 2}]}  # a comment" in repository(
        "diff", "--no-ext-diff", "--no-textconv", "HEAD~1", "HEAD"
    )


def test_a_file_is_compared_in_its_song(repository: Git, write_song: Callable[..., Path]) -> None:
    def shown(name: str) -> str:
        """What `git diff` shows of a file, run in this process."""
        old, new = repository.folder.parent / "old.yaml", repository.folder / name
        old.write_text(repository("show", f"HEAD:{name}") + "\n", encoding="utf-8")
        zero, blob = "0" * 40, repository("rev-parse", f"HEAD:{name}")
        given = (name, old, blob, "100644", new, zero, "100644")
        ran = songbuild("git", "diff", "--", *given, cwd=repository.folder)
        assert (ran.code, ran.err) == (0, "")
        return ran.out

    song = "my song/song.yaml"
    edit(repository.folder / "my song", "form: [a x2]", "form: [a x3]")
    assert "repeated" in shown(song) or "added" in shown(song)
    repository("checkout", "-q", ".")
    edit(repository.folder / "my song", "title: Tiny", "# a comment\ntitle:   'Tiny'")
    assert shown(song) == f"{song}\n  only how it is written\n"
    edit(repository.folder / "my song", "low: line}", "low: lime}")  # the song has an error now
    assert "-section a, low: line\n+section a, low: lime\n" in shown(song)
    edit(repository.folder / "my song", "tempo: 240", "tempo: [")
    assert "-tempo: 240\n" in shown(song) and "+tempo: [\n" in shown(song)
    assert songbuild("git", "diff", "--", "x.yaml", cwd=repository.folder).out == "* Unmerged path x.yaml\n"
    refused(songbuild("git", "diff", "--", "x", "y", cwd=repository.folder), 2, "git calls this")


def test_what_is_staged_is_checked_not_what_lies_there(repository: Git) -> None:
    song = repository.folder / "my song"
    assert songbuild("git", "check", cwd=song).code == 0  # nothing is staged
    edit(song, "gain_db: -6", "gain_db: loud")
    repository("add", "-A")
    edit(song, "gain_db: loud", "gain_db: -7")  # mended, but not staged
    ran = songbuild("git", "check", cwd=repository.folder)
    refused(ran, 1, "my song, as staged:", "song.yaml:13:20", "--no-verify")
    events = songbuild("git", "check", "--json", cwd=repository.folder).events
    assert [event["event"] for event in events] == ["song", "problem", "result"]
    assert events[0]["folder"] == "my song" and events[-1]["ok"] is False
    repository("add", "-A")
    edit(song, "gain_db: -7", "gain_db: loud")  # broken, but not staged
    assert (songbuild("git", "check", cwd=repository.folder)).code == 0
    assert not list((repository.folder / ".git").glob("songbuild-*"))


def test_an_album_is_checked_with_its_songs(repository: Git) -> None:
    repository.write("album.yaml", "title: Two\nsongs: [my song, other]\n")
    repository.write("other/song.yaml", TINY.replace("form: [a x2]", "form: [b]"))
    repository("add", "-A")
    ran = songbuild("git", "check", cwd=repository.folder)
    assert ran.code == 1
    assert ran.err.count("no section 'b'") == 1 or ran.err.count("'b'") == 1, ran.err


def test_the_hook_stops_a_commit(repository: Git) -> None:
    songbuild("git", "setup", "--hook", cwd=repository.folder)
    edit(repository.folder / "my song", "channels:", "chanels:")
    repository("add", "-A")
    with pytest.raises(AssertionError, match="did you mean 'channels'"):
        repository("commit", "-m", "broken")
    assert repository("log", "--format=%s") == "first"
