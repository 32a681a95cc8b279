"""Notes on the music merged: what two people say is both kept."""

from __future__ import annotations

import pytest

from songbuild.manifest.merge import merge

BASE = "title: T\nnotes:\n  - {at: chorus#2, text: a}\n  - {at: 17, text: b}\n"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("  - {at: 3, text: ours}\n", "  - {at: 3, text: theirs}\n"),
        ("  - {at: 17, text: ours}\n", "  - {at: 17, text: theirs}\n"),
        ("  - {text: ours}\n", "  - {text: theirs}\n"),
    ],
)
def test_both_notes_stay(ours: str, theirs: str) -> None:
    merged = merge(BASE, BASE + ours, BASE + theirs)
    assert (merged.text, merged.conflicts) == (BASE + ours + theirs, ())
    assert merge(BASE, BASE + theirs, BASE + ours).text == merged.text
    once = merge(BASE, BASE + ours, BASE + ours)
    assert once.text == BASE + ours


def test_a_file_of_notes_is_merged_alike() -> None:
    base = "- {at: 1, text: a}\n"
    merged = merge(base, base + "- {at: 2, text: ours}\n", base + "- {at: 2, text: theirs}\n", "notes.yaml")
    assert (merged.text, merged.conflicts) == (base + "- {at: 2, text: ours}\n- {at: 2, text: theirs}\n", ())


def test_one_says_it_otherwise_and_one_has_done_it() -> None:
    ours = BASE.replace("{at: 17, text: b}", "{at: 19, text: b}")
    theirs = BASE.replace("text: b}", "text: b, done: 2026-03-20}")
    merged = merge(BASE, ours, theirs)
    assert (merged.text, merged.conflicts) == (BASE.replace("17, text: b}", "19, text: b, done: 2026-03-20}"), ())


def test_two_wordings_of_one_note_are_a_conflict() -> None:
    merged = merge(BASE, BASE.replace("text: a", "text: x"), BASE.replace("text: a", "text: y"))
    assert [found.place for found in merged.conflicts] == ["notes at chorus#2"]


def test_a_note_follows_the_renamed_part_that_it_is_about() -> None:
    base = "title: T\nmix: {buses: {band: {gain_db: -3, pan: 10R}}}\n" + BASE.removeprefix("title: T\n")
    ours = base.replace("band", "group")
    merged = merge(base, ours, base + "  - {part: band, text: dull}\n")
    assert (merged.text, merged.conflicts) == (ours + "  - {part: group, text: dull}\n", ())
