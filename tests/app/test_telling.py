"""How a difference is told: the same order everywhere, folded and whole, and harmless whatever names hold."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from songbuild.app.telling import heard as telling_heard
from songbuild.app.telling.markdown import LONGEST, escaped, markdown
from songbuild.app.telling.outline import SHOWN, SIGNS, TITLES, form_only, where
from songbuild.app.telling.plain import plain
from songbuild.app.telling.schema import SCHEMA
from songbuild.app.telling.terminal import terminal
from songbuild.diff.change import AREAS, Bars, Change, Difference
from songbuild.diff.facts import Facts, Section
from songbuild.diff.heard import Heard, Reading, Span, Stream, Stretch
from songbuild.diff.lines import key, place
from songbuild.problems import Problem
from songbuild.problems import Span as FileSpan

SECTION = Section("a#1", "a", 0, 0, 1, 16, "C major")
NEW = Facts(title="Sea", sections=(SECTION,), lines={key(("mix", "channels", "bass")): "mix.yaml:4"})
OLD = replace(NEW, lines={key(("mix",)): "song.yaml:9"})
ALBUM = Facts("album", "Two")
FADER = Change(
    "mix", "changed", "bass", "bass fader -6 -> -9 dB", (), -6, -9, "dB", ("mix", "channels", "bass", "gain_db"), 0.4
)
NOTES = Change(
    "notes",
    "added",
    "lead",
    "lead: 3 notes added",
    (Bars(3, 4, "a#1"), Bars(9, 9, "a#1")),
    weight=0.3,
    details=(Change("notes", "added", "lead", "C4 on beat 1", (Bars(3, 3, "a#1"),)),),
)
GONE = Change("mix", "removed", "room", "room return removed", (), path=("mix", "returns", "room"), weight=0.1)


def difference(*changes: Change, **songs: Difference) -> Difference:
    return Difference(OLD, NEW, changes=changes, songs=songs)


def text(found: Difference, *, full: bool = False) -> list[str]:
    """The terminal's lines without colour."""
    return [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in terminal(found, "HEAD", "working tree", full=full)]


def test_areas_stand_in_the_order_in_which_they_are_heard() -> None:
    assert text(difference(FADER, NOTES, GONE)) == [
        "Sea: 3 changes  HEAD -> working tree",
        "",
        "mix",
        "  ~ bass fader -6 -> -9 dB",
        "  - room return removed",
        "",
        "notes",
        "  + lead: 3 notes added   bars 3-4 and 9",
    ]
    assert text(difference(NOTES, FADER))[2] == "notes"


def test_full_tells_what_a_change_is_made_of_and_where_it_is_written() -> None:
    assert text(difference(FADER, NOTES, GONE), full=True)[3:] == [
        "  ~ bass fader -6 -> -9 dB   mix.yaml:4",
        "  - room return removed   song.yaml:9",
        "",
        "notes",
        "  + lead: 3 notes added   bars 3-4 and 9",
        "    + C4 on beat 1        bar 3",
    ]


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("many", [SHOWN, SHOWN + 1, SHOWN + 2])
def test_long_lists_are_folded(many: int, full: bool) -> None:
    lines = text(difference(*(replace(FADER, text=f"change {n}") for n in range(many))), full=full)
    folded = not full and many == SHOWN + 2
    assert sum("change " in line for line in lines[1:]) == (SHOWN if folded else many)
    assert (lines[-1] == "    and 2 more: --full") is folded


@pytest.mark.parametrize(
    ("sentence", "bars", "told"),
    [
        ("lead: up an octave", [(5, 6)], "bars 5-6"),
        ("lead: up an octave", [(5, 6), (6, 9), (10, 10), (12, 12)], "bars 5-10 and 12"),
        ("lead: up an octave", [(1, 1), (3, 3), (5, 5), (7, 7), (9, 9)], "bars 1, 3, 5 and 2 more"),
        ("lead: up an octave", [(1, 16)], ""),
        ("lead: up an octave", [(0, 16)], ""),
        ("lead, bar 5: up an octave", [(5, 5)], ""),
        ("velocity 96 -> 80 throughout", [(2, 16)], ""),
        ("lead: up an octave", [], ""),
    ],
)
def test_bars_are_told_once(sentence: str, bars: list[tuple[int, int]], told: str) -> None:
    change = replace(NOTES, text=sentence, bars=tuple(Bars(*pair) for pair in bars))
    assert where(change, difference()) == told


def test_bars_of_the_old_version_are_said_to_be_so() -> None:
    change = replace(NOTES, bars=(Bars(5, 6, "a#1", "old"),))
    assert where(change, difference()) == "bars 5-6 before"


def test_an_album_tells_of_its_songs() -> None:
    order = Change("album", "moved", "b", "Bee moved: now first")
    one = Difference(replace(OLD, title="Bee"), replace(NEW, title="Bee"), changes=(FADER,))
    album = Difference(
        Facts("album", "Two"), Facts("album", "Two"), changes=(order,), songs={"b": one, "c": difference()}
    )
    assert text(album) == [
        "Two: 2 changes  HEAD -> working tree",
        "",
        "album",
        "  > Bee moved: now first",
        "",
        "Bee: 1 change",
        "",
        "mix",
        "  ~ bass fader -6 -> -9 dB",
    ]
    assert "#### Bee: 1 change" in list(markdown(album, "a", "b"))
    assert plain(album, "a", "b")["songs"].keys() == {"b"}


def test_nothing_and_what_is_only_written_differently() -> None:
    assert text(difference()) == ["Sea: nothing differs  HEAD -> working tree"]
    assert form_only({"a.yaml": "1", "b.py": "2", "c.txt": "3"}, {"a.yaml": "2", "b.py": "2", "c.txt": "4"}) == (
        "only how it is written: a.yaml"
    )
    assert form_only({}, {f"{n}.yaml": "1" for n in range(5)}).endswith("0.yaml, 1.yaml, 2.yaml and 2 more")
    assert form_only({"a.yaml": "1"}, {"a.yaml": "1"}) == ""


def test_every_area_and_act_can_be_told() -> None:
    assert TITLES.keys() == set(AREAS)
    assert len(set(SIGNS.values())) == len(SIGNS)


NASTY = "x\x1b[31m\u202ey\ud800|`*_<script>@bob #12 ~~z~~ [a](b) $m$ https://a.example www.a.example &amp; \\ GH-1"


def test_names_do_nothing_to_a_terminal() -> None:
    nasty = difference(replace(FADER, text=NASTY))
    lines = list(terminal(replace(nasty, new=replace(NEW, title=NASTY)), NASTY, NASTY, full=True))
    allowed = re.sub(r"\x1b\[(?:0|1|2|3[1-6])m", "", "\n".join(lines))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", allowed)
    assert "x\\u001b[31m\\u202ey\\ud800|" in allowed


def test_names_do_nothing_to_a_comment() -> None:
    made = escaped(NASTY)
    assert made == (
        "x\\\\u001b\\[31m\\\\u202ey\\\\ud800\\|\\`\\*\\_&lt;script>@&#8203;bob #&#8203;12 "
        "\\~\\~z\\~\\~ \\[a\\](b) \\$m\\$ https:&#8203;//a.example www&#8203;.a.example &amp;amp; \\\\ GH-&#8203;1"
    )
    assert escaped("F#4, C#m7/G#, -18 -> -20 dB, 4/4") == "F#4, C#m7/G#, -18 -> -20 dB, 4/4"
    assert all("\n" not in line for line in markdown(difference(replace(FADER, text="a\nb")), "a", "b"))


def test_markdown() -> None:
    assert list(markdown(difference(FADER, NOTES), "HEAD", "working tree")) == [
        "### Sea: 2 changes",
        "",
        "HEAD → working tree",
        "",
        "**mix**",
        "",
        "- `~` bass fader -6 -> -9 dB",
        "",
        "**notes**",
        "",
        "- `+` lead: 3 notes added _(bars 3-4 and 9)_",
        "",
        "<details><summary>All changes, one by one</summary>",
        "",
        "**mix**",
        "",
        "- `~` bass fader -6 -> -9 dB <sub>mix.yaml:4</sub>",
        "",
        "**notes**",
        "",
        "- `+` lead: 3 notes added _(bars 3-4 and 9)_",
        "  - `+` C4 on beat 1 _(bar 3)_",
        "",
        "</details>",
    ]
    assert "<details>" not in "".join(markdown(difference(FADER), "a", "b"))
    assert "<details>" not in "".join(markdown(difference(NOTES), "a", "b", full=True))


def test_a_comment_has_room_for_it() -> None:
    long = difference(*(replace(FADER, text="x" * 999) for _ in range(200)))
    lines = list(markdown(long, "a", "b"))
    assert sum(map(len, lines)) < LONGEST + SHOWN * 1100
    assert lines[-3:] == ["- … and more: `songbuild diff --full`", "", "</details>"]


def test_plain_data_is_as_the_schema_says() -> None:
    album = Difference(
        Facts("album", "Two"), Facts("album", "Two"), changes=(FADER, NOTES), songs={"b": difference(GONE)}
    )
    wrong = Problem("MIX003", "unknown effect", FileSpan("mix.yaml", 3, 4), "did you mean")
    heard = Heard((Stream("master", "master", whole=stretch(-14.0, -12.5)),), faults=("one",), songs={"b": Heard()})
    made = plain(album, "HEAD", "working tree", [("HEAD", wrong)], heard)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(made)] == []
    assert made["changes"][1]["details"][0]["bars"] == [{"first": 3, "last": 3, "section": "a#1", "side": "new"}]
    assert made["songs"]["b"]["changes"][0]["place"] == "song.yaml:9"
    assert made["problems"][0]["side"] == "HEAD"


def test_every_field_of_the_schema_is_explained() -> None:
    def unsaid(schema: object, at: str) -> list[str]:
        if not isinstance(schema, dict):
            return []
        found = []
        for name, each in schema.get("properties", {}).items():
            known = {"description", "$ref", "const"}
            found += [f"{at}.{name}"] if not known & each.keys() else unsaid(each, f"{at}.{name}")
        for name, each in schema.get("$defs", {}).items():
            found += unsaid(each, name)
        return found

    assert unsaid(SCHEMA, "") == []


def test_places() -> None:
    lines = {key(("mix", "channels")): "mix.yaml:2", key(("mix", "channels", "é", 0)): "mix.yaml:7"}
    assert place(lines, ("mix", "channels", "é", 0, "eq")) == "mix.yaml:7"
    assert place(lines, ("mix", "channels", "bass")) == "mix.yaml:2"
    assert place(lines, ("master",)) == ""


def stretch(before: float, after: float, name: str = "") -> Stretch:
    span = Span(0.0, 8.0, Bars(1, 4))
    bands = ((-20.0, -22.0, -24.0, -30.0), (-20.0, -22.0, -22.8, -30.2))
    return Stretch(
        name, span, span, before=Reading(before, -1.0, 5.0, bands[0]), after=Reading(after, -1.0, 5.0, bands[1])
    )


def test_what_is_heard_is_a_table() -> None:
    master = Stream("master", "master", whole=stretch(-14.0, -12.5), sections=(stretch(-15.0, -13.0, "verse 1"),))
    heard = Heard((master, Stream("room", "return", same=True)))
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in telling_heard.terminal(heard, full=True)]
    assert any(re.match(r"  master +-14\.0 -> -12\.5 .*mids \+1\.2 dB$", line) for line in lines)
    assert any(re.match(r"    verse 1 +-15\.0 -> -13\.0 ", line) for line in lines)
    table = [line for line in telling_heard.markdown(heard) if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    assert table[2].startswith("| master | -14.0 -> -12.5 |")
