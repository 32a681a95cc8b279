"""The merge of comments and empty lines, as text."""

from __future__ import annotations

from songbuild.manifest.merge.diff3 import chunks
from songbuild.manifest.merge.items import Member
from songbuild.manifest.merge.pieces import lines_of


def merge_text(base: str, ours: str, theirs: str) -> str | None:
    """Lines of comment as both sides have made them; None where both changed the same ones.

    Where only spaces and empty lines differ, ours stand.
    """
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    said = [[line.strip() for line in lines_of(text) if line.strip()] for text in (base, ours, theirs)]
    if said[2] in (said[0], said[1]):
        return ours
    if said[1] == said[0]:
        return theirs
    old, mine, other = (lines_of(text) for text in (base, ours, theirs))
    found: list[str] = []
    for b, o, t, _ in chunks(*([line.strip() for line in lines] for lines in (old, mine, other))):
        before, left, right = (
            [line.strip() for line in lines[span.start : span.stop]]
            for lines, span in ((old, b), (mine, o), (other, t))
        )
        if right in (before, left):
            found += mine[o.start : o.stop]
        elif left == before:
            found += other[t.start : t.stop]
        else:
            return None
    return "".join(found)


def remarks(member: Member) -> set[str]:
    """The comments in and around a member."""
    here = "\n".join((member.lead, member.mid if member.value.members else "", member.trail, member.comma))
    found = {line.partition("#")[2].strip() for line in here.split("\n") if "#" in line}
    return found.union(*(remarks(inner) for inner in member.value.members))
