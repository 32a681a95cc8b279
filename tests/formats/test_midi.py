"""MIDI files: read back by mido, tick for tick."""

from __future__ import annotations

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.formats.midi import DRUM_CHANNEL, PPQ, MidiNote, MidiSong, MidiTrack, channels, write_midi


def absolute(track):
    """(tick, message) of every message."""
    now, found = 0, []
    for message in track:
        now += message.time
        found.append((now, message))
    return found


def notes(track):
    """(tick, length, key, velocity) of every note, in order of time; every note-on has its note-off."""
    on, found = {}, []
    for tick, message in absolute(track):
        if message.type == "note_on" and message.velocity:
            assert message.note not in on
            on[message.note] = tick, message.velocity
        elif message.type in ("note_off", "note_on"):
            start, velocity = on.pop(message.note)
            found.append((start, tick - start, message.note, velocity))
    assert not on
    return sorted(found)


def written(tmp_path, song):
    write_midi(tmp_path / "song.tmp", song)
    return mido.MidiFile(tmp_path / "song.tmp", charset="utf-8")


def song(*tracks, **more):
    return MidiSong(**{"title": "T", "tempos": ((0, 120.0),), "meters": ((0, 4, 4),), "tracks": tracks, **more})


def test_the_conductor_comes_first_with_everything_at_its_tick(tmp_path):
    file = written(
        tmp_path,
        song(
            title="Blåbär",
            tempos=((0, 120.0), (PPQ, 90.0), (PPQ + 60, 91.5)),
            meters=((0, 4, 4), (4 * PPQ, 7, 8)),
            markers=((0, "intro"), (4 * PPQ, "Strophe ä")),
            key="Bbm",
        ),
    )
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, PPQ, 1)
    seen = [(tick, message) for tick, message in absolute(file.tracks[0])]
    of = lambda kind: [(tick, m) for tick, m in seen if m.type == kind]  # noqa: E731
    assert file.tracks[0].name == "Blåbär"
    assert [(tick, m.tempo) for tick, m in of("set_tempo")] == [(0, 500_000), (PPQ, 666_667), (PPQ + 60, 655_738)]
    assert [(t, m.numerator, m.denominator) for t, m in of("time_signature")] == [(0, 4, 4), (4 * PPQ, 7, 8)]
    assert [(tick, m.text) for tick, m in of("marker")] == [(0, "intro"), (4 * PPQ, "Strophe ä")]
    assert of("key_signature")[0][1].key == "Bbm"


def test_tracks_have_name_program_channel_and_lyrics(tmp_path):
    bass = MidiTrack("bass", 0, 33, (MidiNote(0, 480, 40, 100),))
    voice = MidiTrack("voice", 1, None, (MidiNote(10, 5, 60, 90, "lå"), MidiNote(20, 5, 60, 90, "la")))
    drums = MidiTrack("drums", DRUM_CHANNEL, None, (MidiNote(0, 1, 36, 127),))
    file = written(tmp_path, song(bass, voice, drums))
    assert [track.name for track in file.tracks] == ["T", "bass", "voice", "drums"]
    programs = [m for m in file.tracks[1] if m.type == "program_change"]
    assert [(m.program, m.channel) for m in programs] == [(33, 0)]
    assert not [m for m in file.tracks[2] if m.type == "program_change"]
    assert [(tick, m.text) for tick, m in absolute(file.tracks[2]) if m.type == "lyrics"] == [(10, "lå"), (20, "la")]
    assert {m.channel for m in file.tracks[3] if m.type == "note_on"} == {9}


def test_a_note_off_comes_before_the_note_on_of_its_tick(tmp_path):
    track = MidiTrack("a", 0, None, (MidiNote(0, 480, 60, 100), MidiNote(480, 480, 60, 80)))
    assert notes(written(tmp_path, song(track)).tracks[1]) == [(0, 480, 60, 100), (480, 480, 60, 80)]


def test_no_note_is_without_length_and_none_swallows_another(tmp_path):
    track = MidiTrack("a", 0, None, (MidiNote(0, 0, 60, 100), MidiNote(100, 500, 62, 90), MidiNote(200, 50, 62, 80)))
    assert notes(written(tmp_path, song(track)).tracks[1]) == [(0, 1, 60, 100), (100, 100, 62, 90), (200, 50, 62, 80)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(MidiNote, st.integers(0, 5000), st.integers(1, 2000), st.integers(55, 65), st.integers(1, 127)),
        max_size=60,
    )
)
def test_round_trip(tmp_path_factory, given_notes):
    track = MidiTrack("a", 3, 1, tuple(given_notes))
    back = notes(written(tmp_path_factory.mktemp("midi"), song(track)).tracks[1])
    assert {(tick, key) for tick, _, key, _ in back} == {(n.tick, n.key) for n in given_notes}
    for tick, length, key, _velocity in back:
        own = max(n.length for n in given_notes if (n.tick, n.key) == (tick, key))
        later = [n.tick - tick for n in given_notes if n.key == key and n.tick > tick]
        assert length == min([own, *later])


def test_the_same_song_gives_the_same_bytes(tmp_path):
    track = MidiTrack("a", 0, None, tuple(MidiNote(i % 7 * 100, 50, 60 + i % 5, 100) for i in range(30)))
    other = MidiTrack("a", 0, None, tuple(reversed(track.notes)))
    write_midi(tmp_path / "a", song(track))
    write_midi(tmp_path / "b", song(other))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_drums_are_on_channel_ten_and_others_elsewhere():
    assert channels([False, True, False]) == [0, 9, 1]
    many = channels([False] * 20)
    assert DRUM_CHANNEL not in many
    assert len(set(many)) == 15


@pytest.mark.parametrize("bpm", [20.0, 137.31, 400.0])
def test_a_tempo_is_right_to_a_microsecond_a_beat(tmp_path, bpm):
    file = written(tmp_path, song(tempos=((0, bpm),)))
    tempo = next(m.tempo for m in file.tracks[0] if m.type == "set_tempo")
    assert abs(tempo - 60e6 / bpm) <= 0.5
