"""What a diff says of notes on the music."""

from __future__ import annotations

import json

import pytest

from diff.songs import BAND, edited, facts
from songbuild.diff.change import Change
from songbuild.diff.compare import compare
from songbuild.diff.keeping import from_json, to_json
from songbuild.diff.reading import album_facts
from songbuild.model.album import Album

NOTED = f"""{BAND}notes:
  - {{at: chorus#2, part: lead, text: more air here, by: Mira, date: 2026-03-14}}
  - {{at: 17-20, text: too crowded}}
  - {{at: verse#2+1, part: bass, text: this a is late}}
  - {{text: too dark, part: master}}
"""


def changes(old: str, new: str) -> list[Change]:
    return [each for each in compare(facts(old), facts(new)).changes if each.area == "remarks"]


@pytest.mark.parametrize(
    ("edit", "act", "text"),
    [
        (("date: 2026-03-14", "date: 2026-03-14, done: true"), "changed", "lead, chorus 2: note done: 'more air here'"),
        (("too crowded", "far too crowded"), "changed", "bars 17-20: note changed: 'too crowded' -> 'far too crowded'"),
        (("at: 17-20", "at: chorus#3"), "moved", "chorus 3: note moved from bars 17-20: 'too crowded'"),
        (("at: 17-20, ", ""), "moved", "note moved from bars 17-20: 'too crowded'"),
        (("part: bass", "part: keys"), "changed", "keys, verse 2, bar 12: note now on keys (was bass): 'this a is late'"),  # noqa: E501
        ((", part: master", ""), "changed", "note now on everything (was master): 'too dark'"),
        (("by: Mira", "by: Jon"), "changed", "lead, chorus 2: note by Jon (was Mira): 'more air here'"),
        (("03-14", "03-15"), "changed", "lead, chorus 2: note of 2026-03-15 (was 2026-03-14): 'more air here'"),
        (("at: chorus#2", "at: chorus#9"), "moved", "lead: note has lost its place (chorus 2): 'more air here'"),
        (("  - {text: too", "  - {text: other words}\n  - {text: too"), "added", "note added: 'other words'"),
    ],
)  # fmt: skip
def test_one_edit_is_one_sentence(edit: tuple[str, str], act: str, text: str) -> None:
    (found,) = changes(NOTED, edited(NOTED, edit))
    assert (found.act, found.text) == (act, text)


def test_added_and_removed_say_where_and_who() -> None:
    without = edited(NOTED, ("  - {at: chorus#2, part: lead, text: more air here, by: Mira, date: 2026-03-14}\n", ""))
    (added,) = changes(without, NOTED)
    assert added.text == "lead, chorus 2: note added: 'more air here' (Mira, 2026-03-14)"
    assert (added.path, added.bars[0].section, added.bars[0].first, added.bars[0].last) == (
        ("notes", 0), "chorus#2", 15, 18,
    )  # fmt: skip
    (removed,) = changes(NOTED, without)
    assert removed.text == "lead, chorus 2: note removed: 'more air here' (Mira, 2026-03-14)"
    assert (removed.path, removed.bars[0].side) == (("notes", 0), "old")


def test_reopening_is_told() -> None:
    done = edited(NOTED, ("text: too crowded", "text: too crowded, done: 2026-03-20"))
    assert [each.text for each in changes(done, NOTED)] == ["bars 17-20: note reopened: 'too crowded'"]


def test_many_are_counted_and_told_in_full() -> None:
    (found,) = changes(BAND, NOTED)
    assert found.text == "4 notes on the music added"
    assert "master: note added: 'too dark'" in [each.text for each in found.details]
    assert len(found.details) == 4


@pytest.mark.parametrize(
    "edit",
    [
        ("chorus#2", "15-18"),
        ("17-20", '"17 - 20"'),
        ("verse#2+1", "12"),
        ("too crowded}", "too crowded, done: false}"),
    ],
)
def test_what_is_only_written_otherwise_is_no_difference(edit: tuple[str, str]) -> None:
    assert facts(NOTED).tree["notes"] == facts(edited(NOTED, edit)).tree["notes"]


def test_the_order_of_the_list_says_nothing() -> None:
    first, *rest = NOTED.partition("notes:\n")[2].splitlines(keepends=True)
    other = NOTED.partition("notes:\n")[0] + "notes:\n" + "".join([*rest, first])
    assert changes(NOTED, other) == []


def test_a_note_goes_with_its_section_and_its_part() -> None:
    later = edited(NOTED, ("form: [intro, verse", "form: [intro, bridge, verse"))
    assert changes(NOTED, later) == []
    longer = edited(NOTED, ("chorus: {bars: 4", "chorus: {bars: 6"))
    assert changes(NOTED, longer) == []
    renamed = edited(NOTED, ("lead", "voice"))
    assert changes(NOTED, renamed) == []


def test_notes_come_last_of_all() -> None:
    other = edited(NOTED, ("too crowded", "far too crowded"), ("tempo: 96", "tempo: 97"), ("title: Band", "title: B"))
    assert [each.area for each in compare(facts(NOTED), facts(other)).changes] == ["time", "metadata", "remarks"]


def test_albums_tell_of_theirs() -> None:
    def album(notes: list[dict[str, object]]) -> Album:
        return Album.model_validate({"title": "A", "songs": ["one"], "notes": notes})

    songs = {"one": facts(BAND)}
    old = album_facts(album([]), songs, {}, {})
    new = album_facts(album([{"song": "one", "text": "longer pause", "by": "Jon"}]), songs, {}, {})
    assert [each.text for each in compare(old, new).changes] == ["'Band': note added: 'longer pause' (Jon)"]


def test_facts_with_notes_are_kept() -> None:
    found = facts(NOTED)
    assert from_json(to_json(found)) == found
    assert json.loads(json.dumps(found.tree["notes"]))[0]["at"] == [4515840, 5806080]
