"""`songbuild merge`, by hand and as the merge driver of a real git repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shell import songbuild
from songbuild.manifest.merge import DRIVER

MIX = """\
channels:
  bass:   # in the middle
    inserts: [compressor/bass: {threshold_db: -18, ratio: 3, attack_ms: 5}]
"""
LINES = """\
patterns:
  bass: "c3:4 c c c | d c c c | e:2 e | f:1"
"""


class Repository:
    """A git repository that merges manifests with this songbuild."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")
        command = f"'{sys.executable}' -m {DRIVER}"
        self.git("config", "merge.songbuild.driver", command)

    def git(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        names = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        ran = subprocess.run(
            ["git", *arguments], cwd=self.folder, env={**os.environ, **names, **alone}, capture_output=True, text=True
        )
        assert ran.returncode == code, ran.stderr
        return ran

    def commit(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")
        self.git("add", ".")
        self.git("commit", "-qm", "x")

    def branches(self, name: str, base: str, ours: str, theirs: str) -> None:
        """A file as it was, as it is on main, and on the branch `theirs`."""
        self.commit(name, base)
        self.git("checkout", "-qb", "theirs")
        self.commit(name, theirs)
        self.git("checkout", "-q", "main")
        self.commit(name, ours)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "song")


def test_git_merges_what_it_can_t_by_lines(repository: Repository) -> None:
    base, ours, theirs = (MIX + LINES, MIX.replace("-18", "-20") + LINES.replace("f:1", "g:1"), "")
    theirs = MIX.replace("ratio: 3", "ratio: 4") + LINES.replace("e:2 e", "e:1")
    repository.branches("my songs/mix.yaml", base, ours, theirs)
    repository.git("merge", "-q", "theirs", code=1)  # without the attribute git's own merge conflicts
    repository.git("merge", "--abort")
    repository.commit(".gitattributes", "*.yaml merge=songbuild\n")
    repository.git("merge", "-q", "theirs", "-m", "merged")
    assert (repository.folder / "my songs/mix.yaml").read_text() == ours.replace("ratio: 3", "ratio: 4").replace(
        "e:2 e", "e:1"
    )
    assert repository.git("status", "--porcelain").stdout == ""


def test_git_hears_of_a_true_conflict_in_words(repository: Repository) -> None:
    repository.commit(".gitattributes", "*.yaml merge=songbuild\n")
    ours, theirs = (
        LINES.replace("c3:4", f"{note}:4").replace("e:2 e", bar) for note, bar in (("c3", "e:2 g"), ("d3", "e:2 a"))
    )
    repository.branches("parts.yaml", LINES, ours, theirs)
    ran = repository.git("merge", "theirs", code=1)
    assert "parts.yaml:2: conflict: bass, bar 3: both changed" in ran.stderr
    bar = '  bass: "d3:4 c c c | d c c c | {} | f:1"\n'
    text = f"patterns:\n<<<<<<< ours\n{bar.format('e:2 g')}=======\n{bar.format('e:2 a')}>>>>>>> theirs\n"
    assert (repository.folder / "parts.yaml").read_text() == text
    assert repository.git("diff", "--name-only", "--diff-filter=U").stdout == "parts.yaml\n"
    assert songbuild("check", repository.folder / "parts.yaml").err.startswith("parts.yaml:2:1: error[YAML015]")


def written(folder: Path, **texts: str) -> list[Path]:
    paths = [folder / f"{name}.yaml" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_by_hand(tmp_path: Path) -> None:
    paths = written(tmp_path, base=MIX, ours=MIX.replace("-18", "-20"), theirs=MIX.replace("ratio: 3", "ratio: 4"))
    out = tmp_path / "merged.yaml"
    ran = songbuild("merge", *paths, "--output", out)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert out.read_text() == MIX.replace("-18", "-20").replace("ratio: 3", "ratio: 4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base.yaml", "merged.yaml", "ours.yaml", "theirs.yaml"]


def test_standard_output_is_the_merge(tmp_path: Path) -> None:
    paths = written(tmp_path, base=MIX, ours=MIX, theirs=MIX.replace("\n", "\r\n"))
    command = [sys.executable, "-m", "songbuild", "merge", *map(str, paths)]
    ran = subprocess.run(command, capture_output=True, check=True)
    assert ran.stdout == MIX.replace("\n", "\r\n").encode()


def test_what_both_changed_as_json(tmp_path: Path) -> None:
    paths = written(tmp_path, base=MIX, ours=MIX.replace("-18", "-20"), theirs=MIX.replace("-18", "-22"))
    ran = songbuild("merge", *paths, "--output", paths[1], "--path", "song/mix.yaml", "--marker-size", 9, "--json")
    assert ran.code == 1
    assert ran.events == [
        {
            "event": "conflict", "file": "song/mix.yaml", "line": 3, "place": "bass compressor threshold_db",
            "message": "ours -20, theirs -22 (was -18)",
        },
        {"event": "result", "ok": False, "conflicts": 1},
    ]  # fmt: skip
    assert paths[1].read_text().splitlines()[2] == "<<<<<<<<< ours"


def test_wrong_usage(tmp_path: Path) -> None:
    paths = written(tmp_path, base=MIX, ours=MIX, theirs=MIX)
    assert songbuild("merge", *paths, "--json").code == 2
    assert songbuild("merge", *paths[:2], tmp_path / "nobody.yaml").code == 2


def test_markers_in_a_script_are_told(tmp_path: Path) -> None:
    (tmp_path / "song.yaml").write_text("title: T\nmix: mix.py\n", encoding="utf-8")
    text = "def mix():\n<<<<<<< ours\n    return {}\n=======\n    return 1\n>>>>>>> theirs\n"
    (tmp_path / "mix.py").write_text(text, encoding="utf-8")
    ran = songbuild("check", tmp_path, "--trust")
    assert (ran.code, ran.err.splitlines()[0]) == (1, "mix.py:2:1: error[YAML015]: unresolved merge conflict")
