"""The page of a difference: what is drawn of it, and that it is drawn truthfully."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from math import log10
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diff.songs import BAND, edited, facts
from songbuild.diff.change import Bars, Change, Difference, NotePair
from songbuild.diff.compare import compare
from songbuild.diff.facts import TICKS, Facts, Json, Note, Part, Section
from songbuild.diff.heard import Clip, Heard, Place, Reading, Span, Stream, Stretch
from songbuild.diff.page import page
from songbuild.diff.page.document import MOST_BYTES
from songbuild.diff.page.tone import COLUMNS, FILTERS, response_db, static_db

HERE = Path(__file__).parent
BAR = 4 * TICKS
LABELS = ("v1", "working tree")


def song(parts: dict[str, list[Note]], sections: tuple[str, ...] = ("verse", "chorus"), bars: int = 8) -> Facts:
    """Sections of so many bars of 4/4, each of its own name."""
    placed = tuple(
        Section(f"{name}#1", name, at * bars * BAR, bars * BAR, at * bars + 1, bars, "E minor")
        for at, name in enumerate(sections)
    )
    return Facts(
        title="Song",
        sections=placed,
        bars=tuple(at * BAR for at in range(bars * len(sections) + 1)),
        tempo=((0, 120.0),),
        meters=((1, "4/4"),),
        parts={name: Part("bass", "", tuple(notes)) for name, notes in parts.items()},
    )


def note(bar: int, beat: float, pitch: int, length: float = 1.0, velocity: int = 90, section: int = 0) -> Note:
    """A note at a bar and a beat of its section, both counted from 1."""
    start = round((bar - 1) * BAR + (beat - 1) * TICKS)
    return Note(start, round(length * TICKS), pitch, velocity, "", "", section, "riff")


def drawn(text: str) -> ElementTree.Element:
    """The page as XML, without the namespaces that SVG within HTML has none of."""
    return ElementTree.fromstring(text.replace('xmlns="http://www.w3.org/1999/xhtml" ', ""))


def marks(text: str) -> Counter[str]:
    """How many notes of each kind are marked, in all playings that the pictures stand for."""
    found: Counter[str] = Counter()
    for tile in drawn(text).iter("div"):
        times = int(tile.get("data-playings", 0))
        for group in tile.iter("g") if times else ():
            kind = (group.get("class") or "").removeprefix("mark ")
            found[kind] += times
    return found


def titles(text: str) -> list[str]:
    """What is shown where something is pointed at."""
    return [item.text or "" for item in drawn(text).iter("title")]


def pictures(text: str) -> list[str]:
    """What the pictures are called."""
    return [item.get("aria-label", "") for item in drawn(text).iter("svg") if item.get("role") == "img"]


def test_what_people_write_is_escaped_and_the_page_is_well_formed() -> None:
    evil = "<script>alert(1)</script> & \"'"
    one = replace(song({evil: [note(1, 1, 40)]}, (evil, "b")), title=evil)
    two = replace(song({evil: [note(1, 2, 41)]}, (evil, "b", "c")), title=evil)
    text = page(compare(one, two), (evil, evil))
    assert "<script" not in text
    whole = "".join(drawn(text).itertext())
    assert whole.count(evil) >= 4
    assert "http" not in text.replace("http://www.w3.org/1999/xhtml", "").replace("http-equiv", "")


def test_the_same_difference_gives_the_same_bytes_whatever_the_hash_seed() -> None:
    told = (
        "import hashlib, sys; sys.path[:0] = sys.argv[1:]; from test_diff_page import *; "
        "d = compare(song({'a': [note(b, 1, 40 + b) for b in range(1, 9)], 'b': []}), "
        "song({'a': [note(b, 2, 41 + b) for b in range(1, 9)], 'c': [note(1, 1, 3)]}, ('verse', 'bridge'))); "
        "print(hashlib.sha256(page(d, LABELS).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", told, str(HERE), str(HERE.parent)],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1


NOTES = st.lists(
    st.builds(
        note,
        st.integers(1, 8),
        st.sampled_from([1, 1.5, 2, 3, 4.25]),
        st.integers(36, 72),
        st.sampled_from([0.5, 1.0, 3.0]),
        st.sampled_from([30, 64, 127]),
        st.integers(0, 1),
    ),
    max_size=12,
    unique_by=lambda each: (each.section, each.start, each.pitch),
)


@given(NOTES, NOTES)
@settings(max_examples=25, deadline=None)
def test_every_note_that_differs_is_marked_once(before: list[Note], after: list[Note]) -> None:
    difference = compare(song({"lead": sorted(before)}), song({"lead": sorted(after)}))
    pairs = difference.notes.get("lead", ())
    expected: Counter[str] = Counter()
    for old, new in pairs:
        if old is None or new is None:
            expected["removed" if new is None else "added"] += 1
        else:
            expected["changed" if (old.start, old.pitch) == (new.start, new.pitch) else "moved"] += 1
    assert marks(page(difference, LABELS)) == expected


def test_only_the_bars_around_changes_are_drawn_and_the_fold_says_what_is_left_out() -> None:
    same = [note(bar, 3, 50) for bar in range(1, 9)]
    one = song({"bass": [note(1, 1, 40), *same]})
    two = song({"bass": [note(1, 1, 40), *same, note(8, 1, 52), note(2, 1, 47)]})
    text = page(compare(one, two), LABELS)
    assert "bars 4–6 are left out: nothing changes there" in titles(text)
    assert "added: B2, bar 2, beat 1, a quarter, velocity 90" in titles(text)
    assert any(name.startswith("bass, verse, bars 1-3 and 7-8") for name in pictures(text))
    kept = [path for path in drawn(text).iter("path") if (path.get("class") or "").startswith("kept")]
    assert sum(path.get("d", "").count("z") for path in kept) == 1 + 3 + 2


def test_an_arrow_leads_from_where_a_note_was_to_where_it_is() -> None:
    pair = NotePair(note(1, 1, 52), note(1, 2, 55, velocity=60))
    one, two = song({"bass": [pair.old]}), song({"bass": [pair.new]})  # type: ignore[list-item]
    difference = Difference(one, two, ((0, 0), (1, 1)), (("bass", "bass"),), {"bass": (pair,)})
    text = page(difference, LABELS)
    assert "E3 → G3, bar 1, beat 1 → bar 1, beat 2, velocity 90 → 60" in titles(text)
    (mark,) = [group for group in drawn(text).iter("g") if group.get("class") == "mark moved"]
    ways = {path.get("class", "").split()[0]: path.get("d", "") for path in mark.iter("path")}
    assert set(ways) == {"old", "new", "way"}
    x0, x1 = (float(re.findall(r"M([\d.]+)", ways[kind])[0]) for kind in ("old", "new"))
    y0, y1 = (float(re.findall(r"M[\d.]+ ([\d.]+)", ways[kind])[0]) for kind in ("old", "new"))
    assert x1 > x0
    assert y1 < y0  # higher notes are higher
    assert any(path.get("class") == "louder" for path in drawn(text).iter("path"))


def test_playings_that_change_alike_are_drawn_once() -> None:
    text = page(compare(facts(BAND), facts(edited(BAND, ('hat: "x-x- x-x-"', 'hat: "xxx- x-x-"')))), LABELS)
    grids = [name for name in pictures(text) if name.startswith("drums")]
    assert grids == ["drums, verse (both) and chorus (all 3), bars 3-6"]
    assert marks(text) == {"added": 5 * 4 * 2}
    labels = [item.text for item in drawn(text).iter("text") if item.get("class") == "end dim"]
    assert labels == ["hat", "snare", "kick"]


def test_syllables_alone_are_told_by_the_lyrics() -> None:
    text = page(compare(facts(BAND), facts(edited(BAND, ("light in the", "night in the")))), LABELS)
    assert not marks(text)
    (words,) = [item for item in drawn(text).iter("p") if item.get("class") == "lyrics"]
    assert [(item.tag, item.text) for item in words] == [("del", "light"), ("ins", "night")]
    assert "dark" in "".join(words.itertext())


def test_sections_that_move_come_and_go_are_seen() -> None:
    changed = edited(BAND, ("chorus, bridge, chorus, outro]", "bridge, chorus, chorus, coda]"),
                     ("    outro:", "    coda: {bars: 3, parts: {bass: \"a1:1 | a1 | a1\"}}\n    outro:"))  # fmt: skip
    text = page(compare(facts(BAND), facts(changed)), LABELS)
    blocks = Counter(
        group.get("class", "").removeprefix("section ")
        for group in drawn(text).iter("g")
        if group.get("class", "").startswith("section")
    )
    assert (blocks["added"], blocks["removed"], blocks["moved"]) == (1, 1, 2)
    assert "outro: bars 25-26, removed" in titles(text)
    assert "coda: bars 25-27, added" in titles(text)
    assert "bridge → bridge, moved: from bar 19 to bar 15" in titles(text)
    assert "chorus 2 → chorus 2, as it was: from bar 15 to bar 17" in titles(text)
    cells = [cell for cell in drawn(text).iter("td") if cell.get("class") in ("added", "removed")]
    assert [(cell.get("class"), cell.get("title")) for cell in cells] == [
        ("added", "enters: 3 notes"), ("removed", "gone: 8 notes"),
    ]  # fmt: skip


def test_chords_are_shown_by_bar_where_they_differ() -> None:
    text = page(compare(facts(BAND), facts(edited(BAND, ('"F | G | Am7 | Am7"', '"F | G7 | Am7 | D9"')))), LABELS)
    (table,) = [item for item in drawn(text).iter("table") if item.get("class") == "chords"]
    rows = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
    assert rows == [["bar", "8", "10"], ["before", "G", "Am7"], ["after", "G7", "D9"]]


MIX = """mix:
  channels:
    keys:
      automation: {volume_db: "1: -12, chorus+0: -6 lin, bridge+0: -inf"}
      inserts: [eq: {bands: [{freq_hz: 500}]}]
"""


def test_automation_is_drawn_where_it_is_heard_otherwise() -> None:
    text = page(compare(facts(BAND + MIX), facts(edited(BAND + MIX, ("chorus+0: -6", "chorus+0: -3")))), LABELS)
    assert [each for each in pictures(text) if "Automation" in each] == ["Automation of keys: volume before and after"]
    assert "−∞" in text
    (plot,) = [svg for svg in drawn(text).iter("svg") if "Automation" in svg.get("aria-label", "")]
    assert [path.get("class") for path in plot if "lane" in path.get("class", "")] == ["lane was", "lane now"]
    shorter = edited(BAND + MIX, ("form: [intro, ", "form: ["), ('"1: -12, ', '"'))
    longer = edited(BAND + MIX, ('"1: -12, ', '"'))
    assert "Automation" not in page(compare(facts(shorter), facts(longer)), LABELS)


def test_a_device_that_differs_is_drawn_with_its_curve() -> None:
    text = page(
        compare(facts(BAND + MIX), facts(edited(BAND + MIX, ("freq_hz: 500", "freq_hz: 500, gain_db: 6")))), LABELS
    )
    assert "Magnitude response of keys: eq before and after" in [each.replace("  ", " ") for each in pictures(text)]


def _at(levels: list[float], hz: float) -> float:
    return levels[round(COLUMNS * log10(hz / 20) / 3 - 0.5)]


@pytest.mark.parametrize(
    ("device", "params", "hz", "level_db"),
    [
        ("eq", {"bands": [{"type": "peak", "freq_hz": 1000, "gain_db": 6, "q": 1}]}, 1000, 6.0),
        ("eq", {"bands": [{"type": "low_shelf", "freq_hz": 500, "gain_db": -4}], "phase": "linear"}, 40, -4.0),
        ("highpass", {"cutoff_hz": 100, "slope_db": 24}, 100, -3.0),
        ("lowpass", {"cutoff_hz": 4000}, 8000, -12.3),
        ("filter", {"type": "bandpass", "cutoff_hz": 700, "q": 4}, 700, 0.0),
    ],
)  # fmt: skip
def test_the_curve_of_a_filter_is_what_it_does(
    device: str, params: dict[str, Json], hz: float, level_db: float
) -> None:
    assert device in FILTERS
    assert _at(response_db(device, params, ""), hz) == pytest.approx(level_db, abs=0.4)


@pytest.mark.parametrize(("channel", "other"), [("side", "mid"), ("right", "left")])
def test_bands_of_one_channel_are_shown_of_that_channel(channel: str, other: str) -> None:
    params = {"bands": [{"type": "peak", "freq_hz": 1000, "gain_db": 6, "q": 1, "channel": channel}]}
    assert _at(response_db("eq", params, channel), 1000) == pytest.approx(6.0, abs=0.2)
    assert _at(response_db("eq", params, other), 1000) == pytest.approx(0.0, abs=0.01)


def test_the_static_curve_of_a_compressor_is_that_of_its_parameters() -> None:
    params = {"threshold_db": -20, "ratio": 4, "knee_db": 0, "mix": 1, "makeup_db": 3}
    levels = static_db(params)
    assert levels[-1] == pytest.approx(-20 + 20 / 4 + 3, abs=0.2)
    assert levels[0] == pytest.approx(-60 + 3, abs=0.2)
    assert static_db(None)[-1] == pytest.approx(0.0, abs=0.2)


def test_a_page_stays_small_and_says_what_it_leaves_out() -> None:
    def many(shift: int) -> dict[str, list[Note]]:
        return {
            name: [
                note(bar, 1 + beat / 4, 40 + (beat * 7 + bar * shift) % 24, 0.25, 40 + beat * shift, section)
                for section in range(6)
                for bar in range(1, 9)
                for beat in range(16)
            ]
            for name in ("light", *map(str, range(3, 12)), "heavy")
        }

    names = ("a", "b", "c", "d", "e", "f")
    difference = compare(song(many(1), names), song(many(2), names))
    details = tuple(Change("notes", "added", "heavy", f"bar 1, beat {at}: C3 added") for at in range(5000))
    weighty = Change("notes", "changed", "heavy", "heavy: all new", weight=99.0, details=details)
    difference = replace(difference, changes=(weighty, *difference.changes))
    text = page(difference, LABELS)
    assert MOST_BYTES / 2 < len(text.encode()) < 600_000
    assert "this page would be too large: " in text
    assert any(name.startswith("heavy, ") for name in pictures(text))
    assert not any(name.startswith("11, ") for name in pictures(text))


def test_what_a_change_is_made_of_is_folded_and_cut() -> None:
    one, two = song({"bass": [note(1, 1, 40)]}), song({"bass": [note(1, 1, 41)]})
    inner = Change("notes", "changed", "bass", "bar 1, beat 1: E2 -> F2")
    outer = Change("notes", "changed", "bass", "bass, bar 1: 1 changed pitch", details=(inner,))
    top = Change("notes", "changed", "bass", "bass: changed", (Bars(1, 2, "", "old"),), details=(outer,) * 2)
    many = replace(top, text="bass: much", bars=(), details=(inner,) * 8000)
    root = drawn(page(replace(compare(one, two), changes=(top, many)), LABELS))
    first, second = [item for item in root.iter("li") if item.find("span[@class='said']") is not None]
    assert "".join(first.itertext()).startswith("notes∼bass: changedbars 1-2 before2 single changes")
    assert len(first.findall("details/ul/li/ul/li")) == 2
    told = second.findall("details/ul/li")
    assert told[0].text == "bar 1, beat 1: E2 → F2"
    assert "".join(told[-1].itertext()) == f"{8001 - len(told)} more: songbuild diff --full"


def test_bars_and_beats_are_counted_as_the_song_counts_them() -> None:
    """In 6/8 after a pickup of a quarter; a note of the first section that starts within the pickup."""

    def lilting(pitch: int) -> Facts:
        notes = (
            Note(-TICKS // 2, TICKS // 2, pitch, 90, "", "", 0, ""),
            note(1, 6.5, pitch)._replace(length=TICKS // 2),
        )
        bars = (0, *(TICKS + 3 * TICKS * at for at in range(5)))
        jig = Section("jig#1", "jig", TICKS, 12 * TICKS, 1, 4, "G major")
        return Facts(sections=(jig,), bars=bars, meters=((1, "6/8"),), parts={"tune": Part("bass", "", notes)})

    text = page(compare(lilting(59), lilting(60)), LABELS)
    assert [each for each in titles(text) if "→" in each] == [
        "B3 → C4, bar 0, beat 2",
        "B3 → C4, bar 2, beat 6",
    ]


def test_an_album_has_a_part_for_each_song_that_differs() -> None:
    one, two = song({"bass": [note(1, 1, 40)]}), song({"bass": [note(1, 1, 41)]})
    old = Facts("album", "Both", songs={"first": replace(one, title="First"), "same": one})
    new = Facts("album", "Both", songs={"first": replace(two, title="First"), "same": one})
    root = drawn(page(compare(old, new), LABELS))
    assert [("".join(item.itertext())) for item in root.iter("h2")] == ["First1 change"]
    assert [group.get("class") for group in root.iter("g") if "mark" in group.get("class", "")] == ["mark moved"]


def test_nothing_that_differs_is_said() -> None:
    one = song({"bass": [note(1, 1, 40)]})
    text = page(compare(one, one), LABELS)
    assert "nothing differs" in text
    assert not pictures(text)


WHOLE = Span(0, 1, Bars(1, 8))
BEFORE = Reading(-14.0, -1.0, 5.0, (-20.0,) * 4)
AFTER = Reading(-12.5, -1.1, 5.0, (-17.0, -20.0, -20.0, -20.0))
HEARD = Heard(
    (
        Stream(
            "master",
            "master",
            whole=Stretch("", WHOLE, WHOLE, before=BEFORE, after=AFTER, null_db=-9.5),
            first=Place(3, 2.5, 4.5),
            sections=(Stretch("verse", WHOLE, None, before=Reading(-14.0)),),
        ),
        Stream("drums", "track", same=True),
    ),
    (Clip("bars 3-4", Bars(3, 4), 4.0, "x_audio/before-1.flac", "x_audio/after-1.flac", 0.0, -1.5),),
    ("the reverb is missing",),
)


def test_what_is_heard_is_told_and_can_be_played() -> None:
    one = song({"bass": [note(1, 1, 40)]})
    text = page(compare(one, song({"bass": [note(1, 1, 41)]})), LABELS, HEARD)
    root = drawn(text)
    players = [(item.get("src"), item.get("title")) for item in root.iter("audio")]
    assert players == [
        ("x_audio/before-1.flac", "bars 3-4, before"), ("x_audio/after-1.flac", "bars 3-4, after −1.5 dB"),
    ]  # fmt: skip
    (table,) = [item for item in root.iter("table") if "heard" in (item.get("class") or "")]
    whole, verse = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")][1:]
    assert whole[:5] == ["whole", "−14.0 → −12.5", "−1.0 → −1.1", "5.0", "−20.0 → −17.0"]
    assert verse[:2] == ["− verse", "−14.0"]
    said = "".join(root.itertext())
    assert "first heard at bar 3, beat 2.5 (4.50 s)" in said
    assert "Equal, sample for sample: drums (track)." in said
    assert "the reverb is missing" in said
    bold = ["".join(item.itertext()) for item in table.iter("b")]
    assert bold == ["−14.0 → −12.5", "−20.0 → −17.0"]
