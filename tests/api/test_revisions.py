"""Git as songbuild asks it: revisions, files of a commit, histories; whatever names, settings and clones there are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from repositories import Git, git
from songbuild.api import UsageError
from songbuild.api.history.revisions import Entry, repository
from songbuild.api.history.snapshots import identity

ODD = "a \"b\"\n'c'\t☂ é"


@pytest.fixture
def made(tmp_path: Path) -> Git:
    """A repository with a song's folder in it, two commits and a branch that has left after the first."""
    it = git(tmp_path / "work")
    it.write("songs/one/song.yaml", "title: One\n")
    it.write("songs/two/song.yaml", "title: Two\n")
    it.commit("first")
    it("branch", "topic")
    it.write("songs/one/mix.yaml", "gain_db: -3\n")
    it.commit("second")
    it("checkout", "-q", "topic")
    it.write("songs/one/master.yaml", "ceiling: -1\n")
    it.commit("on topic")
    it("checkout", "-q", "main")
    return it


def raises(do: Callable[[], object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        do()


def test_where_a_folder_lies(made: Git, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    assert repository(tmp_path / "elsewhere") is None
    assert repository(tmp_path / "nowhere") is None
    top, song = repository(made.folder), repository(made.folder / "songs/one")
    assert top is not None
    assert song is not None
    assert (top.top, top.prefix) == (made.folder, "")
    assert (song.top, song.prefix, song.algorithm, song.shallow) == (made.folder, "songs/one", "sha1", False)


def test_what_a_revision_is(made: Git) -> None:
    found = repository(made.folder / "songs/one")
    assert found is not None
    first = made("rev-list", "--max-parents=0", "HEAD")
    assert found.resolve("HEAD~1") == found.resolve(first[:8]) == found.resolve(":/first") == first
    assert found.merge_base("main", "topic") == first
    assert found.is_merged(first)
    assert not found.is_merged(found.resolve("topic"))
    assert found.is_revision("topic")
    assert not found.is_revision("tropic")


@pytest.mark.parametrize("text", ["nowhere", "HEAD~9", "--all", "-1", "", "a\0b", "HEAD:songs", "\udcff"])
def test_what_is_none(made: Git, text: str) -> None:
    found = repository(made.folder)
    assert found is not None
    assert not found.is_revision(text)
    raises(lambda: found.resolve(text), "no revision of this repository")


def test_a_hint_names_the_nearest_branch(made: Git) -> None:
    found = repository(made.folder)
    assert found is not None
    raises(lambda: found.resolve("tpoic"), "'tpoic' is no revision of this repository: did you mean 'topic'")


def test_no_commit_yet(tmp_path: Path) -> None:
    found = repository(git(tmp_path / "new").folder)
    assert found is not None
    raises(lambda: found.resolve("HEAD"), "no commit yet")


def test_files_of_a_commit(made: Git) -> None:
    found = repository(made.folder / "songs/one")
    assert found is not None
    commit = found.resolve("HEAD")
    files = found.files(commit)
    assert list(files) == ["mix.yaml", "song.yaml"]
    assert files["mix.yaml"] == identity(made.folder / "songs/one/mix.yaml")
    assert found.read([files["mix.yaml"], files["song.yaml"]]) == {
        files["mix.yaml"]: b"gain_db: -3\n",
        files["song.yaml"]: b"title: One\n",
    }
    assert found.entries(commit, "songs/none") == {}
    assert found.read([]) == {}
    raises(lambda: found.read(["0" * 40]), "isn't in this clone")


def test_odd_names_links_and_submodules(tmp_path: Path) -> None:
    it = git(tmp_path / ODD)
    it.write(f"{ODD}/{ODD}.yaml", "x: 1\n")
    (it.folder / ODD / "link").symlink_to("nowhere")
    it.commit("odd")
    it("update-index", "--add", "--cacheinfo", f"160000,{it('rev-parse', 'HEAD')},{ODD}/sub")
    it("commit", "-qm", "a submodule")
    found = repository(it.folder / ODD)
    assert found is not None
    assert found.prefix == ODD
    entries = found.entries(found.resolve("HEAD"))
    assert {name: entry.mode for name, entry in entries.items()} == {f"{ODD}.yaml": "100644", "link": "120000"}
    assert isinstance(entries["link"], Entry)
    assert [commit.subject for commit in found.log(f"{ODD}.yaml")] == ["odd"]
    assert found.identities([f"{ODD}/{ODD}.yaml"])[f"{ODD}/{ODD}.yaml"] == entries[f"{ODD}.yaml"].blob


def test_a_history_is_the_songs(made: Git) -> None:
    one, two = repository(made.folder / "songs/one"), repository(made.folder / "songs/two")
    assert one is not None
    assert two is not None
    assert [commit.subject for commit in one.log()] == ["second", "first"]
    assert [commit.subject for commit in one.log("mix.yaml")] == ["second"]
    assert [commit.subject for commit in one.log(rev="topic")] == ["on topic", "first"]
    assert [commit.subject for commit in two.log()] == ["first"]
    made("merge", "-q", "-m", "both", "topic")
    assert [commit.subject for commit in one.log("master.yaml")] == ["on topic"]
    newest = one.log()[0]
    assert (newest.author, newest.email, newest.date[:10]) == ("Ann O'Nym", "ann@example.org", "2026-01-02")


def test_identities_are_those_of_a_commit(made: Git) -> None:
    made.write(".gitattributes", "*.txt text eol=lf\n")
    made.write("same.wav", "same")
    made.write("edited.wav", "before")
    made.commit("files")
    made.write("edited.wav", "after")
    made.write("new.txt", "two\r\nlines\r\n")
    (made.folder / "songs/one/mix.yaml").unlink()
    found = repository(made.folder)
    assert found is not None
    ids = found.identities(["same.wav", "edited.wav", "new.txt", "songs/one/mix.yaml", "missing"])
    made("add", "-A")
    staged = {line.split("\t")[1]: line.split()[1] for line in made("ls-files", "--stage").splitlines()}
    assert ids == {name: staged[name] for name in ("same.wav", "edited.wav", "new.txt")}


def test_a_checkout_goes_through_filters(made: Git, tmp_path: Path) -> None:
    made("config", "filter.shout.smudge", "tr a-z A-Z")
    made("config", "filter.shout.clean", "tr A-Z a-z")
    made.write(".gitattributes", "*.loud filter=shout\n")
    made.write("songs/one/x.loud", "hello")
    made.commit("filtered")
    found = repository(made.folder / "songs/one")
    assert found is not None
    before = made("status", "--porcelain")
    target = tmp_path / "target"
    target.mkdir()
    found.check_out(found.resolve("HEAD"), ["songs/one/x.loud", "songs/one/song.yaml"], target, tmp_path / "index")
    assert (target / "songs/one/x.loud").read_text() == "HELLO"
    assert sorted(path.name for path in target.rglob("*") if path.is_file()) == ["song.yaml", "x.loud"]
    assert made("status", "--porcelain") == before


def test_a_worktree_and_a_shallow_clone(made: Git, tmp_path: Path) -> None:
    made("worktree", "add", "-q", str(tmp_path / "tree"), "topic")
    there = repository(tmp_path / "tree/songs/one")
    assert there is not None
    assert (there.top, there.prefix) == (tmp_path / "tree", "songs/one")
    assert there.resolve("HEAD") == made("rev-parse", "topic")
    made("clone", "-q", "--depth", "1", f"file://{made.folder}", str(tmp_path / "shallow"))
    shallow = repository(tmp_path / "shallow/songs/one")
    assert shallow is not None
    assert shallow.shallow
    raises(lambda: shallow.resolve("HEAD~1"), "shallow")


def test_sha256(tmp_path: Path) -> None:
    it = git(tmp_path / "new", "--object-format=sha256")
    it.write("song.yaml", "title: One\n")
    it.commit("first")
    found = repository(it.folder)
    assert found is not None
    assert found.algorithm == "sha256"
    assert found.files(found.resolve("HEAD"))["song.yaml"] == identity(it.folder / "song.yaml", "sha256")


def test_bare_and_refused(made: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made("clone", "-q", "--bare", str(made.folder), str(tmp_path / "bare.git"))
    raises(lambda: repository(tmp_path / "bare.git"), "bare repository")
    (made.folder / ".git/config").write_text("[broken\n")
    raises(lambda: repository(made.folder), "git: bad config")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("git") is None
    assert repository(made.folder) is None


def test_the_environment_of_a_hook(made: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git runs hooks at the top, with its own folder and index as relative paths."""
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    found = repository(Path("songs/one"))
    assert found is not None
    assert (found.top, found.prefix) == (made.folder, "songs/one")
    assert list(found.files(found.resolve("HEAD"))) == ["mix.yaml", "song.yaml"]
    assert [commit.subject for commit in found.log()] == ["second", "first"]
    assert list(found.identities(["songs/one/mix.yaml"])) == ["songs/one/mix.yaml"]
    assert repository(Path(os.path.sep)) is None
