"""Builds the history of a song in git, 40 commits and more on several branches, always with the same ids.

    python tests/diff/history.py FOLDER

history_begin.py, history_middle.py and history_end.py are the table of what each commit does, and of what
`songbuild diff` has to say of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # where this runs as a script

from diff.history_begin import BEGIN
from diff.history_end import END
from diff.history_middle import MIDDLE
from diff.history_step import Step
from repositories import Git, git
from songbuild.api.git import setup

STEPS = (*BEGIN, *MIDDLE, *END)


@dataclass(frozen=True)
class Made:
    """A step and the commit that it came to; `said` is what git and its merge driver wrote on standard error."""

    step: Step
    commit: str
    said: str = ""


def build(folder: Path, steps: Sequence[Step] = STEPS) -> list[Made]:
    """The history in a new repository, which is left on main."""
    repository = git(folder)
    made = list(_made(repository, steps))
    repository("checkout", "-q", "main")
    return made


def _made(repository: Git, steps: Sequence[Step]) -> Iterator[Made]:
    known = {"main"}
    for step in steps:
        if step.branch not in known:
            repository("checkout", "-q", "-b", step.branch, "main")
            known.add(step.branch)
        elif repository.commits:
            repository("checkout", "-q", step.branch)
        said = repository.tried("merge", "-q", "--no-ff", "--no-commit", step.merges) if step.merges else ""
        write(repository.folder, step.files)
        edit(repository.folder, step.edits)
        if step.sets_up_git:
            setup.setup(repository.folder)
        commit = repository.commit(step.message)
        if step.tag:
            repository("tag", step.tag)
        yield Made(step, commit, said)


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write whole files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def edit(folder: Path, edits: Sequence[tuple[str, str, str]]) -> None:
    """Replace in each file the text that is there, once, with another."""
    for name, old, new in edits:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name} holds {text.count(old)} times: {old}"
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2 or Path(sys.argv[1]).exists():
        sys.exit("usage: python tests/diff/history.py FOLDER, which isn't there yet")
    for each in build(Path(sys.argv[1])):
        print(each.commit[:7], f"{each.step.branch:8}", each.step.message)
