"""The history of a song, commit by commit: what the diff, the log and the blame say is what was done."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from diff.history import STEPS, Made, build
from diff.history_step import COMP, MIX, Step
from shell import songbuild
from songbuild.api.git import blaming, part_log
from songbuild.api.history import differing
from songbuild.app.telling.outline import SIGNS, where
from songbuild.diff.change import Difference
from test_readme import README, block


@dataclass(frozen=True)
class History:
    """The repository, its commits by their messages, and a cache of facts."""

    folder: Path
    made: dict[str, Made]
    cache: str

    def git(self, *words: str, code: int = 0) -> str:
        ran = subprocess.run(["git", *words], cwd=self.folder, capture_output=True, text=True, check=False)
        assert min(ran.returncode, 1) == code, ran.stderr
        return ran.stdout.strip()

    def parents(self, message: str) -> list[str]:
        return self.git("rev-parse", f"{self.made[message].commit}^@").split()


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    folder = tmp_path_factory.mktemp("history")
    made = build(folder / "song")
    return History(folder / "song", {each.step.message: each for each in made}, str(folder / "cache"))


def told(difference: Difference) -> tuple[str, ...]:
    """A difference as the tables of the history have it."""
    return tuple(
        f"{change.area} {SIGNS[change.act]} {change.subject} | {change.text}" + (f" | {bars}" if bars else "")
        for change in difference.changes
        for bars in [where(change, difference)]
    )


def test_every_commit_is_told_as_what_was_done(history: History) -> None:
    @cache
    def side(commit: str) -> differing.Side:
        return differing.side(commit, history.folder, cache=history.cache)

    wrong = {}
    for message, made in history.made.items():
        assert side(made.commit).problems == [], message
        parents = history.parents(message)
        for parent, wanted in zip(parents, (made.step.says, made.step.other), strict=False):
            found = told(differing.between(side(parent), side(made.commit)))
            if found != wanted:
                wrong[message, parent] = found
    assert wrong == {}


def test_what_is_only_written_differently_is_said_to_be_nothing() -> None:
    silent = [step.message for step in STEPS[1:] if not step.says]
    assert silent == [
        "Git speaks music",
        "The mix in a file of its own",
        "Comments, and keys in another order",
        "Units as people say them",
        "The chorus's bass where it is played",
    ]


def test_a_line_that_both_sides_changed_is_merged_by_bars(history: History, tmp_path: Path) -> None:
    ours, theirs = history.parents("The form is in")
    base = history.git("merge-base", ours, theirs)
    for name, commit in (("ours", ours), ("base", base), ("theirs", theirs)):
        (tmp_path / name).write_text(history.git("show", "--no-textconv", f"{commit}:{COMP}"), encoding="utf-8")
    by_lines = history.git("merge-file", "-p", *(str(tmp_path / name) for name in ("ours", "base", "theirs")), code=1)
    assert "<<<<<<<" in by_lines
    merged = history.git("show", "--no-textconv", f"{history.made['The form is in'].commit}:{COMP}")
    assert "| f1:4. f:8 g:4 a | c2:4. c:8 g:4 e |" in merged
    assert history.made["The form is in"].said.count("conflict") == 0


def test_a_conflict_is_named_and_resolved_by_hand(history: History) -> None:
    made = history.made["The desk is in"]
    assert tuple(line for line in made.said.splitlines() if "conflict" in line) == made.step.conflicts != ()
    assert "threshold_db: -26" in history.git("show", "--no-textconv", f"{made.commit}:{MIX}")


def of(steps: tuple[Step, ...], part: str) -> list[str]:
    """The messages of steps that say something of a part, the last first."""
    found = [step for step in steps if any(f" {part} | " in said for said in step.says) and not step.merges]
    return [step.message for step in reversed(found)]


def test_the_log_of_a_part_is_of_the_commits_that_changed_it(history: History) -> None:
    first = "A verse and a chorus"
    for part, names, more in (
        ("harmony", ["harmony"], []),
        ("pad", ["pad"], []),
        ("rhodes", ["keys", "rhodes"], [first]),
    ):
        logged = part_log.log(history.folder, part, cache=history.cache)
        wanted = {message for name in names for message in of(STEPS, name)}
        assert sorted(each.commit.subject for each in logged if each.commit) == sorted([*wanted, *more])
    logged = part_log.log(history.folder, "bass", cache=history.cache)
    by_message = {each.commit.subject: [change.text for change in each.changes] for each in logged if each.commit}
    assert by_message["The desk is in"] == ["bass compressor threshold -22 -> -26 dB"], "what the merge decided"
    assert "The form is in" not in by_message
    assert by_message["A bus for the rhythm"] == ["bass routed to rhythm (was the mix)"]


def test_each_bar_is_blamed_on_the_commit_that_made_it_so(history: History) -> None:
    blamed, _ = blaming.blame(history.folder, "bass", cache=history.cache)
    assert [(each.first, each.last, each.commit and each.commit.subject) for each in blamed] == [
        (9, 9, "A verse and a chorus"),
        (10, 10, "The bass walks up"),
        (11, 11, "The bass walks down"),
        (12, 24, "A verse and a chorus"),
        (25, 25, "The bass goes up in the second verse"),
        (26, 26, "The bass walks up"),
        (27, 27, "The bass walks down"),
        (28, 32, "The bass goes up in the second verse"),
        (33, 40, "A verse and a chorus"),
        (41, 44, "A bridge"),
        (45, 48, "The bridge twice as long"),
        (49, 56, "The last chorus a tone up"),
        (57, 57, "An outro"),
        (58, 58, "A long last bar"),
    ]


def test_readme_shows_what_it_says(history: History) -> None:
    """But for the commits' ids, which change with what `songbuild git setup` writes."""
    command, *shown = block("diff").splitlines()
    program, word, *versions = command.removeprefix("$ ").split()
    assert (program, word, versions) == ("songbuild", "diff", ["demo", "draft"])
    ran = songbuild("diff", *versions, "--song", history.folder, "--cache", history.cache)
    ids = re.compile(r"\([0-9a-f]{7}\)")
    assert [ids.sub("", line) for line in ran.out.splitlines()] == [ids.sub("", line) for line in shown]
    apart = history.git("rev-list", "--count", "demo..draft")
    assert f"{apart} commits apart" in README and f"{len(STEPS)} commits on four branches" in README


def test_it_is_the_same_history_for_everyone(history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(STEPS) >= 40
    assert set(history.git("branch", "--format=%(refname:short)").split()) == {"main", "singer", "form", "desk"}
    for name, value in (("TZ", "Asia/Tokyo"), ("LC_ALL", "C"), ("HOME", os.devnull), ("GIT_AUTHOR_NAME", "Else")):
        monkeypatch.setenv(name, value)
    again = build(tmp_path / "elsewhere", STEPS[:10])
    assert [each.commit for each in again] == [history.made[each.step.message].commit for each in again]
