"""Pairs of notes lose nothing: with them the old notes become the new ones, and something is said of every one."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from diff.noted import differing, song
from songbuild.diff.change import NotePair
from songbuild.diff.facts import TICKS, Facts, Note, Part
from songbuild.diff.notes.pairing import paired
from songbuild.diff.notes.stretch import differs

FORM = ("verse", "chorus", "verse")
STEP = TICKS // 4
PITCHES = st.sampled_from([55, 60, 62, 64, 67, 72])
DRUMS = st.sampled_from(["kick", "snare", "hat"])


@st.composite
def notes(draw: st.DrawFn, drums: bool, most: int = 24) -> tuple[Note, ...]:
    """Notes of the song's three sections."""
    found = set()
    for _ in range(draw(st.integers(0, most))):
        start, section = draw(st.integers(0, 63)) * STEP, draw(st.integers(0, 2))
        sound = (0, draw(DRUMS)) if drums else (draw(PITCHES), "")
        length, velocity = draw(st.sampled_from([STEP, 4 * STEP])), draw(st.sampled_from([60, 80, 100]))
        found.add(Note(start, length, sound[0], velocity, sound[1], "", section, ""))
    return tuple(in_order(found))


def in_order(notes: set[Note] | list[Note]) -> list[Note]:
    return sorted(notes, key=lambda note: (note.section, note.start, note.pitch, note.drum, note.velocity, note.length))


@st.composite
def edited(draw: st.DrawFn, old: tuple[Note, ...], drums: bool) -> tuple[Note, ...]:
    """The notes after an edit as people make them, or quite other ones."""
    kind = draw(st.sampled_from(["transpose", "later", "softer", "some", "drop", "other"]))
    if kind == "other":
        return draw(notes(drums))
    changed = []
    for note in old:
        if kind == "transpose" and not drums:
            note = note._replace(pitch=note.pitch + 12)
        elif kind == "later":
            note = note._replace(start=(note.start + 2 * STEP) % (64 * STEP))
        elif kind == "softer":
            note = note._replace(velocity=note.velocity - 20)
        elif kind == "drop" and draw(st.booleans()):
            continue
        elif draw(st.booleans()):
            note = note._replace(velocity=50, start=(note.start + draw(st.integers(0, 3)) * STEP) % (64 * STEP))
        changed.append(note)
    return tuple(in_order(changed))


@st.composite
def songs(draw: st.DrawFn) -> tuple[Facts, Facts]:
    """Two songs of one form with a line and a beat."""
    frame = song({}, FORM)
    before, after = {}, {}
    for name, drums in (("lead", False), ("drums", True)):
        old = draw(notes(drums))
        before[name], after[name] = Part("", "", old), Part("", "", draw(edited(old, drums)))
    return _with(frame, before), _with(frame, after)


def _with(facts: Facts, parts: dict[str, Part]) -> Facts:
    return Facts(sections=facts.sections, bars=facts.bars, meters=facts.meters, parts=parts)


def heard(note: Note) -> tuple[int | str, ...]:
    return note.section, note.start, note.length, note.pitch, note.velocity, note.drum


@settings(max_examples=60)
@given(songs())
def test_pairs_make_the_new_notes_of_the_old_ones(both: tuple[Facts, Facts]) -> None:
    old, new = both
    pairs, _ = differing(old, new)
    for name in old.parts:
        was = Counter(map(heard, old.parts[name].notes))
        now = Counter(map(heard, new.parts[name].notes))
        own = pairs.get(name, ())
        gone = Counter(heard(pair.old) for pair in own if pair.old)
        come = Counter(heard(pair.new) for pair in own if pair.new)
        assert not gone - was
        assert was - gone + come == now
        assert all(differs(pair) for pair in own)


@settings(max_examples=60)
@given(songs())
def test_something_is_said_of_every_pair(both: tuple[Facts, Facts]) -> None:
    old, new = both
    pairs, changes = differing(old, new)
    silent = {
        (name, section)
        for name in old.parts
        for section in range(len(FORM))
        for facts in both
        if not any(note.section == section for note in facts.parts[name].notes)
    }
    for name, own in pairs.items():
        told = {
            bar
            for change in changes
            if name in change.subject.split(", ")
            for first, last, *_ in change.bars
            for bar in range(first, last + 1)
        }
        for pair in own:
            note = pair.new or pair.old
            assert note is not None
            if (name, note.section) not in silent:
                assert new.sections[note.section].first_bar + note.start // (16 * STEP) in told


@settings(max_examples=40)
@given(songs())
def test_sentences_are_the_same_each_time_and_say_something(both: tuple[Facts, Facts]) -> None:
    _, changes = differing(*both)
    texts = [change.text for change in changes]
    assert texts == [change.text for change in differing(*both)[1]]
    assert len(set(texts)) == len(texts)
    for change in changes:
        assert change.text == change.text.strip() and ":" in change.text and "  " not in change.text
        assert not change.text.endswith((":", ".", ","))
        assert 0 < change.weight <= 1
        assert change.bars


def line(*pitches: int, step: int = 4 * STEP, start: int = 0) -> list[Note]:
    return [Note(start + at * step, step, pitch, 80, "", "", 0, "") for at, pitch in enumerate(pitches)]


def moves(pairs: list[NotePair]) -> list[tuple[tuple[int, int] | None, ...]]:
    return [tuple(note and (note.start // STEP, note.pitch) for note in pair) for pair in pairs if differs(pair)]


def test_a_transposed_chord_is_paired_voice_by_voice() -> None:
    old = [Note(0, STEP, pitch, 80, "", "", 0, "") for pitch in (48, 60, 72)]
    new = [note._replace(pitch=note.pitch + 12) for note in old]
    assert moves(paired(old, new)) == [((0, 48), (0, 60)), ((0, 60), (0, 72)), ((0, 72), (0, 84))]


def test_a_voice_that_jumps_leaves_the_others_where_they_are() -> None:
    old = [Note(0, STEP, pitch, 80, "", "", 0, "") for pitch in (60, 64, 67)]
    new = [Note(0, STEP, pitch, 80, "", "", 0, "") for pitch in (64, 67, 72)]
    assert moves(paired(old, new)) == [((0, 60), (0, 72))]


def test_a_line_that_starts_later_is_paired_note_by_note() -> None:
    old, new = line(60, 62, 64, 65), line(60, 62, 64, 65, start=2 * STEP)
    assert moves(paired(old, new)) == [
        ((at * 4, pitch), (at * 4 + 2, pitch)) for at, pitch in enumerate((60, 62, 64, 65))
    ]


def test_a_note_put_between_is_added() -> None:
    old = line(60, 62, 64, 65)
    extra = Note(2 * STEP, STEP, 67, 80, "", "", 0, "")
    assert moves(paired(old, sorted([*old, extra]))) == [(None, (2, 67))]


def test_pairs_of_a_section_that_moved_with_its_key_have_the_notes_as_they_were() -> None:
    old = song({"lead": {"verse": "e4:4 g a g | e4:1 | R | R"}}, FORM)
    new = song(
        {"lead": {"verse": "f#4:4 a b a | f#4:1 | R | R"}}, FORM, keys={"verse#1": "D major", "verse#2": "D major"}
    )
    pairs, changes = differing(old, new, {0: 2, 2: 2})
    assert changes == []
    assert [pair.old for pair in pairs["lead"]] == list(old.parts["lead"].notes)
    assert [pair.new for pair in pairs["lead"]] == list(new.parts["lead"].notes)


def test_bars_that_only_one_song_has_are_told_elsewhere() -> None:
    line = "e4:8*8 | e4*8 | f4*8 | e4*8"
    short, long = (
        song({"lead": {"verse": line}}, ["verse"]),
        song({"lead": {"verse": f"{line} | {line}"}}, ["verse"], bars=8),
    )
    for old, new in ((short, long), (long, short)):
        pairs, changes = differing(old, new)
        assert changes == []
        assert len(pairs["lead"]) == 32


def test_notes_without_another_side() -> None:
    notes = line(60, 62)
    assert paired(notes, []) == [NotePair(note, None) for note in notes]
    assert paired([], notes) == [NotePair(None, note) for note in notes]
