"""A song's history in git: revisions, the files of a commit, the commits that touched them.

Git is asked through its plumbing commands, and only what it would do itself with the user's settings is done: filters,
attributes, $GIT_DIR, worktrees, sparse and shallow clones.  Nothing is written into the repository.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from songbuild.api.usage import UsageError

LINK, SUBMODULE = "120000", "160000"
_OFF = ("GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS")
_FORMAT = "%H%x1f%P%x1f%an%x1f%ae%x1f%at%x1f%aI%x1f%s%x1f%b"


class Commit(NamedTuple):
    """A commit: ids of itself and its parents, who wrote it, when (seconds, and ISO 8601), and what was said of it."""

    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    time: int
    date: str
    subject: str
    body: str


class Entry(NamedTuple):
    """A file of a commit: its mode ('100644', '120000' is a link) and the id of its content."""

    mode: str
    blob: str


@dataclass(frozen=True)
class Repository:
    """The repository that a folder lies in: `top` is its working tree, `prefix` the folder in it, '' at the top.

    algorithm  what names objects: 'sha1' or 'sha256'
    shallow    whether its history was cut off when it was cloned
    """

    top: Path
    prefix: str
    algorithm: str = "sha1"
    shallow: bool = False
    environment: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def resolve(self, text: str) -> str:
        """The id of the commit that `text` means: a branch, a tag, 'HEAD~2', an id.  Raises UsageError."""
        commit, said = self._commit(text)
        if commit:
            return commit
        raise UsageError(self._unresolved(text, said))

    def is_revision(self, text: str) -> bool:
        """Whether `text` means a commit."""
        return bool(self._commit(text)[0])

    def merge_base(self, a: str, b: str) -> str:
        """The commit that two revisions have in common, the best of them.  Raises UsageError where there is none."""
        ran = self._run("merge-base", self.resolve(a), self.resolve(b))
        if ran.returncode:
            hint = ", as far as this clone goes: it is shallow, 'git fetch --unshallow' gets the rest"
            raise UsageError(f"'{a}' and '{b}' have no commit in common{hint if self.shallow else ''}")
        return ran.stdout.decode().strip()

    def is_merged(self, commit: str) -> bool:
        """Whether a commit is part of what is checked out."""
        return self._run("merge-base", "--is-ancestor", commit, "HEAD").returncode == 0

    def entries(self, commit: str, prefix: str | None = None) -> dict[str, Entry]:
        """The files of a commit below `prefix`, the song's folder unless given, by their path from there.

        Submodules are left out: their files are of another repository.  Nothing where the folder isn't in the commit.
        """
        prefix = self.prefix if prefix is None else prefix
        ran = self._run("ls-tree", "-r", "-z", "--full-tree", f"{commit}:{prefix}" if prefix else commit)
        if ran.returncode:
            if self._run("cat-file", "-e", f"{commit}^{{tree}}").returncode:
                raise UsageError(_said(ran.stderr))
            return {}
        found = {}
        for line in ran.stdout.split(b"\0"):
            if line:
                facts, _, path = line.partition(b"\t")
                mode, _, blob = facts.decode().split(" ")
                if mode != SUBMODULE:
                    found[os.fsdecode(path)] = Entry(mode, blob)
        return found

    def files(self, commit: str) -> dict[str, str]:
        """The files of a commit below the song's folder: relative path -> id of the content."""
        return {path: entry.blob for path, entry in self.entries(commit).items()}

    def read(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """What these blobs hold, as the repository has it, before filters.  Raises UsageError where one is missing."""
        wanted = list(dict.fromkeys(blobs))
        if not wanted:
            return {}
        out = self._asked("cat-file", "--batch", given="".join(f"{blob}\n" for blob in wanted).encode())
        found, at = {}, 0
        for blob in wanted:
            end = out.index(b"\n", at)
            head = out[at:end].decode().split(" ")
            if head[-1] == "missing":
                raise UsageError(f"{blob[:12]} isn't in this clone: 'git fetch' gets what it lacks")
            size = int(head[2])
            found[blob] = out[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return found

    def log(self, *paths: str, rev: str = "HEAD") -> list[Commit]:
        """The commits up to `rev` that touch these paths of the song, the whole song unless given, newest first.

        Of a merge only the side is followed that the song came from, where one side has all of it; a merge that is
        itself an edit is listed.  No commit comes before one that was made from it.
        """
        below = [f"{self.prefix}/{path}" if self.prefix and path else self.prefix or path for path in paths or ("",)]
        wanted = [f":(top,literal){path}" if path else ":(top)" for path in below]
        out = self._asked(
            *("-c", "log.showSignature=false", "log", "-z", "--no-color", "--date-order", "--no-patch", "--no-notes"),
            *(f"--format=tformat:{_FORMAT}", "--encoding=UTF-8", self.resolve(rev), "--", *wanted),
        )
        return [_commit(record.split("\x1f", 7)) for record in out.decode(errors="replace").split("\0") if record]

    def identities(self, paths: Iterable[str]) -> dict[str, str]:
        """The ids that git would give to files of the working tree as they are, by path from the top; not the missing.

        What the index knows to be unchanged isn't read.
        """
        wanted = set(paths)
        if not wanted:
            return {}
        staged = {}
        for line in self._asked("ls-files", "-z", "--stage", "--full-name").split(b"\0"):
            facts, _, path = line.partition(b"\t")
            if (name := os.fsdecode(path)) in wanted:
                staged[name] = facts.decode().split(" ")[1]
        modified = {os.fsdecode(path) for path in self._asked("ls-files", "-z", "--modified").split(b"\0")} & wanted
        known = {path: blob for path, blob in staged.items() if path not in modified}
        unknown = [path for path in sorted(wanted - known.keys()) if (self.top / path).is_file() and "\n" not in path]
        given = b"".join(os.fsencode(path) + b"\n" for path in unknown)
        if unknown:
            known |= zip(
                unknown, self._asked("hash-object", "--stdin-paths", given=given).decode().split(), strict=True
            )
        return known

    def check_out(self, commit: str, paths: Iterable[str], folder: Path, index: Path) -> None:
        """Write files of a commit, by path from the top, below `folder` as a checkout would, filters and all.

        `index` is the path of a file to be made and used up in between.  Raises UsageError with git's words.
        """
        names = b"".join(os.fsencode(path) + b"\0" for path in paths)
        environment = {"GIT_INDEX_FILE": str(index)}
        self._asked("read-tree", commit, environment=environment)
        self._asked("checkout-index", "-z", "--stdin", f"--prefix={folder}/", given=names, environment=environment)

    def _unresolved(self, text: str, said: str) -> str:
        if self._run("rev-parse", "--verify", "--quiet", "HEAD").returncode and text.startswith(("HEAD", "@")):
            return "there is no commit yet to compare with: 'git commit' makes the first"
        message = f"'{text}' is no revision of this repository"
        words = said.removeprefix("fatal: ").strip()
        if words and not words.startswith(("Needed a single", "bad revision")):
            return f"{message}: {words}"
        if self.shallow:
            return f"{message}, as far as this clone goes: it is shallow, 'git fetch --unshallow' gets the rest"
        from songbuild.problems import nearest

        names = self._asked("for-each-ref", "--format=%(refname:short)").decode(errors="replace").split()
        near = nearest(text, names)
        return f"{message}: did you mean '{near}'?" if near else message

    def _asked(self, *words: str, given: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
        """What git answers; raises UsageError with its words where it fails."""
        ran = self._run(*words, given=given, environment=environment)
        if ran.returncode:
            raise UsageError(_said(ran.stderr))
        return ran.stdout

    def _commit(self, text: str) -> tuple[str, str]:
        """The id of the commit that words of the user mean, '' where they mean none; and what git says then."""
        if not text or text.startswith("-") or "\0" in text:
            return "", ""
        # A search in messages, ':/word', takes all that follows for words.
        name = text if text.startswith(":/") else f"{text}^{{commit}}"
        ran = self._run("rev-parse", "--verify", "--end-of-options", name)
        found = ran.stdout.decode().strip()
        return ("", ran.stderr.decode(errors="replace")) if ran.returncode else (found, "")

    def _run(
        self, *words: str, given: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return git(*words, folder=self.top, given=given, environment={**self.environment, **(environment or {})})


def repository(folder: Path) -> Repository | None:
    """The repository in whose working tree a folder lies; None where there is none, or no git.

    Raises UsageError for what git refuses to look at, and for a bare repository.
    """
    # With $GIT_DIR the folder one stands in is what counts, as for git itself.
    own = "GIT_DIR" in os.environ
    place = Path.cwd() if own else folder
    asked = ("is-bare-repository", "is-shallow-repository", "show-object-format", "show-toplevel")
    try:
        ran = git("rev-parse", *(f"--{word}" for word in asked), folder=place)
    except (FileNotFoundError, NotADirectoryError):
        return None
    lines = os.fsdecode(ran.stdout).removesuffix("\n").split("\n", 3)
    if ran.returncode:
        if lines[0] == "true":
            raise UsageError(f"{folder} lies in a bare repository, which has no working tree: clone it")
        if b"not a git repository" in ran.stderr:
            return None
        raise UsageError(_said(ran.stderr))
    top, song = Path(os.path.realpath(lines[3])), Path(os.path.realpath(folder))
    if not song.is_relative_to(top):
        return None
    environment = {}
    if own:
        found = os.fsdecode(git("rev-parse", "--absolute-git-dir", folder=place).stdout).removesuffix("\n")
        environment = {"GIT_DIR": found, "GIT_WORK_TREE": str(top)}
    prefix = song.relative_to(top).as_posix()
    return Repository(top, "" if prefix == "." else prefix, lines[2], lines[1] == "true", environment)


def git(
    *words: str, folder: Path, given: bytes = b"", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, in English and without locks on what it only looks at.  Raises OSError without git."""
    own = {key: value for key, value in os.environ.items() if key not in _OFF}
    own |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", **(environment or {})}
    return subprocess.run(["git", *words], cwd=folder, env=own, input=given, capture_output=True, check=False)


def _commit(fields: list[str]) -> Commit:
    name, parents, author, email, time, date, subject, body = fields
    return Commit(name, tuple(parents.split()), author, email, int(time), date, subject, body.strip("\n"))


def _said(words: bytes) -> str:
    """Git's words for what is wrong."""
    lines = words.decode(errors="replace").strip().splitlines()
    return f"git: {lines[0].removeprefix('fatal: ').removeprefix('error: ')}" if lines else "git failed"
