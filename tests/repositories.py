"""What tests of revisions share: git repositories that depend on no user, clock or configuration."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

_BEGIN = 1_767_355_200  # 2026-01-02 12:00 UTC


@dataclass
class Git:
    """A repository: call it with git's arguments, or write files and commit them."""

    folder: Path
    commits: int = field(default=0)

    def __call__(self, *words: str) -> str:
        """Run git; what it prints, without the line's end."""
        ran = self._run(*words)
        assert ran.returncode == 0, f"git {' '.join(words)}: {ran.stderr}"
        return ran.stdout.rstrip("\n")

    def tried(self, *words: str) -> str:
        """Run git, which may stop half-way, as in a merge with conflicts; what it says on standard error."""
        ran = self._run(*words)
        assert ran.returncode in (0, 1), f"git {' '.join(words)}: {ran.stderr}"
        return ran.stderr

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        when = f"{_BEGIN + 60 * self.commits} +0000"
        environment |= {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ann O'Nym",
            "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_NAME": "Ann O'Nym",
            "GIT_COMMITTER_EMAIL": "ann@example.org",
            "GIT_COMMITTER_DATE": when,
        }
        return subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *words],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def write(self, name: str, text: str) -> Path:
        """Write a file of the working tree."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def commit(self, message: str) -> str:
        """Commit everything; the id of the commit."""
        self.commits += 1
        self("add", "-A")
        self("commit", "-q", "-m", message)
        return self("rev-parse", "HEAD")


def git(folder: Path, *options: str) -> Git:
    """A new repository in a new folder, on the branch main."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Git(folder)
    made("init", "-q", "--initial-branch=main", *options)
    return made
