"""What a commit of the history is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Edit = tuple[str, str, str]
"""A file, the text that is there once, and what takes its place."""
COMP, ARR, REC, MIX, TOP = "composition.yaml", "arrangement.yaml", "recordings.yaml", "mix.yaml", "song.yaml"


class Step(NamedTuple):
    """A commit on a branch, which starts where main is; a merge of the branch `merges`, if there is one.

    files, edits  what is written, and what is changed then; after a merge also
    says          the changes since the commit before, of a merge since that of its own branch; in the order in which
                  they are told: 'AREA SIGN SUBJECT | SENTENCE', and where the sentence doesn't say it '| BARS'
    other         of a merge: the changes since the last commit of the branch that it merges
    conflicts     what the merge driver says
    """

    message: str
    edits: tuple[Edit, ...] = ()
    says: tuple[str, ...] = ()
    branch: str = "main"
    files: Mapping[str, str | bytes] = {}
    merges: str = ""
    other: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    sets_up_git: bool = False
    tag: str = ""
