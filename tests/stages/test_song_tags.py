"""What a song's own metadata, score and loudness become in its files, and what of it runs again after an edit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import mutagen
import mutagen.flac
import mutagen.id3
import pytest

from songbuild import api
from songbuild.formats.artwork import read_picture
from songbuild.stages.tags import initial_key, main_tempo, tags_of
from support import render

SONG = """\
title: Sung
version_title: Radio Edit
artist: The Founders
credits:
  music: {name: Ann, pro: PRS, ipi: "123456789", share: 100%}
  featuring: [Bo, Cy]
  performer: {name: Di, instrument: voice}
isrc: QZ-ABC-26-00042
upc: 036000291452
genre: Pop
secondary_genre: Folk
language: sv-SE
explicit: none
album: First
album_artist: The Founders
track_number: 3
track_total: 9
tempo: [{at: 1, bpm: 90}, {at: 2, bpm: 240}]
key: F# dorian
tail: 0.2
composition:
  patterns: {verse: {notes: "c4:4 d e f | g:2 a", lyrics: "Leave a light, it's | late; home"}}
arrangement:
  tracks: {lead: voice, low: bass}
  sections: {a: {bars: 2, parts: {lead: verse, low: "a1:1 d2"}}}
  form: [a x2]
delivery: {formats: [flac, mp3, wav16, stems, lrc, metadata]}
"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, api.Rendered]:
    """A song's folder and what its render said."""
    folder = tmp_path_factory.mktemp("sung")
    (folder / "song.yaml").write_text(SONG, encoding="utf-8")
    return folder, render(folder, cache=str(folder / "cache"), threads=1)


def test_tags_hold_the_song(rendered: tuple[Path, api.Rendered]) -> None:
    folder, done = rendered
    file = mutagen.flac.FLAC(folder / "out" / "sung.flac")
    held = {name.upper(): values for name, values in file.tags.as_dict().items()}
    level = done.facts["master"]
    gain, peak = -18.0 - level["integrated_lufs"], 10.0 ** (level["true_peak_dbtp"] / 20.0)
    assert float(held.pop("REPLAYGAIN_TRACK_GAIN")[0].removesuffix(" dB")) == pytest.approx(gain, abs=0.006)
    assert float(held.pop("REPLAYGAIN_TRACK_PEAK")[0]) == pytest.approx(peak, abs=1e-6)
    assert held == {
        "TITLE": ["Sung (Radio Edit)"],
        "VERSION": ["Radio Edit"],
        "ARTIST": ["The Founders feat. Bo & Cy"],
        "ARTISTS": ["The Founders", "Bo", "Cy"],
        "ALBUM": ["First"],
        "ALBUMARTIST": ["The Founders"],
        "TRACKNUMBER": ["3"],
        "TRACKTOTAL": ["9"],
        "GENRE": ["Pop", "Folk"],
        "LANGUAGE": ["swe"],
        "ITUNESADVISORY": ["0"],
        "ISRC": ["QZABC2600042"],
        "BARCODE": ["036000291452"],
        "COMPOSER": ["Ann"],
        "PERFORMER": ["Di (voice)"],
        "BPM": ["240"],
        "INITIALKEY": ["F#m"],
        "LYRICS": ["Leave a light, it's late;\nhome\n\nLeave a light, it's late;\nhome"],
        # bar 1 at 90 bpm takes 2.667 s, later ones at 240 bpm 1 s
        "SYNCEDLYRICS": [
            "[00:00.00]Leave a light, it's late;\n[00:03.16]home\n[00:03.66]Leave a light, it's late;\n[00:05.16]home\n"
        ],
        "REPLAYGAIN_REFERENCE_LOUDNESS": ["-18.00 LUFS"],
    }


def test_a_stem_has_its_name_and_none_of_the_whole_recordings_codes(rendered: tuple[Path, api.Rendered]) -> None:
    tags = mutagen.File(rendered[0] / "out" / "stems" / "lead.wav").tags
    assert tags["TIT2"].text == ["Sung (lead)"]
    assert not {"TSRC", "USLT::swe", "SYLT::swe", "TXXX:ITUNESADVISORY", "TXXX:REPLAYGAIN_TRACK_GAIN"} & set(tags)


def test_lyrics_and_metadata_are_documents_too(rendered: tuple[Path, api.Rendered]) -> None:
    out = rendered[0] / "out"
    assert (out / "sung.lrc").read_text() == mutagen.flac.FLAC(out / "sung.flac")["syncedlyrics"][0]
    told = json.loads((out / "sung-metadata.json").read_text(encoding="utf-8"))
    assert told["credits"] == [
        {"role": "composer", "name": "Ann", "pro": "PRS", "ipi": "00123456789", "share": 1.0},
        {"role": "featuring", "name": "Bo"},
        {"role": "featuring", "name": "Cy"},
        {"role": "performer", "name": "Di", "instrument": "voice"},
    ]
    assert (told["title"], told["version_title"], told["isrc"]) == ("Sung", "Radio Edit", "QZABC2600042")
    assert (told["duration_s"], told["bpm"], told["key"]) == (5.867, 240, "F#m")
    assert told["lyrics"].startswith("Leave a light")


def test_lyrics_that_are_not_there_are_missed_where_they_are_asked_for(tmp_path: Path) -> None:
    text = SONG.replace(', lyrics: "Leave a light, it\'s | late; home"', "")
    (tmp_path / "song.yaml").write_text(text)
    (problem,) = api.check(tmp_path)[1]
    assert str(problem).startswith("song.yaml:27:47: error[DEL014]: the song has no lyrics with times"), problem


def test_a_word_in_the_metadata_makes_no_sound_again(rendered: tuple[Path, api.Rendered], tmp_path: Path) -> None:
    folder = tmp_path / "song"
    shutil.copytree(rendered[0], folder)
    (folder / "song.yaml").write_text(SONG.replace("genre: Pop", "genre: Rock").replace("QZ-ABC-26-", "QZABC26"))
    done = render(folder, cache=str(folder / "cache"), threads=1)
    ran = {node["stage"] for node in done.facts["nodes"] if node["tiles_run"]}
    assert ran == {"delivery"}
    assert mutagen.flac.FLAC(folder / "out" / "sung.flac")["genre"] == ["Rock", "Folk"]


def test_lyrics_come_from_a_file_or_from_the_track_that_is_named(tmp_path: Path) -> None:
    short = SONG.replace("[flac, mp3, wav16, stems, lrc, metadata]", "[flac]").replace(
        "lead: verse, low", "lead: verse, low: verse, x"
    )
    short = short.replace("low: bass", "low: voice, x: bass")
    for name, line, first in (("file", "a.lrc", "Other words"), ("track", "low", "Leave a light, it's late;")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "song.yaml").write_text(short + f"lyrics: {line}\n")
        (folder / "a.lrc").write_text("[00:01.50]Other words\n")
        render(folder, threads=1)
        held = mutagen.flac.FLAC(folder / "out" / "sung.flac")
        assert held["lyrics"][0].split("\n")[0] == first
    (tmp_path / "file" / "a.lrc").write_text("[00:01.50]Changed words\n")
    render(tmp_path / "file", threads=1)
    assert mutagen.flac.FLAC(tmp_path / "file" / "out" / "sung.flac")["syncedlyrics"] == ["[00:01.50]Changed words\n"]


@pytest.mark.parametrize(
    ("text", "key"),
    [("C major", "C"), ("A minor", "Am"), ("Bb mixolydian", "Bb"), ("F# dorian", "F#m"), ("E blues", "Em")],
)
def test_keys_as_tags_have_them(text: str, key: str) -> None:
    assert initial_key(text) == key


def test_lyrics_come_earlier_where_the_start_is_cut_off() -> None:
    tags = tags_of({"title": "T", "synced": [[1000, "a"], [5000, "b"]], "early_ms": 2000})
    assert tags.synced == ((0, "a"), (3000, "b"))


def test_a_change_is_told_field_by_field(rendered: tuple[Path, api.Rendered], tmp_path: Path) -> None:
    folder = tmp_path / "song"
    shutil.copytree(rendered[0], folder)
    render(folder, cache=str(folder / "cache"), threads=1)
    edited = (
        SONG.replace("album: First", "album: Last")
        .replace("name: Ann", "name: Anna")
        .replace("late; home", "far; home")
    )
    (folder / "song.yaml").write_text(edited)
    lines = api.explain(folder, cache=str(folder / "cache")).decisions
    told = {line.node: [why.partition(" (")[0] for why in line.why] for line in lines}
    assert told["sung.flac"] == ["album: First -> Last", "credits changed", "lyrics changed"]
    assert told["sung-metadata.json"] == ["album: First -> Last", "credits changed", "lyrics changed"]
    assert "synced changed" in told["sung.lrc"]


def test_what_is_not_said_is_not_in_the_tags(tmp_path: Path) -> None:
    text = SONG.replace("tempo: [{at: 1, bpm: 90}, {at: 2, bpm: 240}]\nkey: F# dorian\n", "")
    (tmp_path / "song.yaml").write_text(text.replace("[flac, mp3, wav16, stems, lrc, metadata]", "[mp3]"))
    loaded = api.load(tmp_path)
    assert loaded.score is not None
    assert main_tempo(loaded.score) == 120.0
    render(tmp_path, threads=1)
    assert not {"TBPM", "TKEY"} & set(mutagen.id3.ID3(tmp_path / "out" / "sung.mp3"))


def test_the_example_sings_its_song() -> None:
    """The words of example_song, as anybody would write them down."""
    from songbuild.model.words import plain, singer, sung

    folder = Path(__file__).parents[2] / "example_song"
    loaded = api.load(folder, trusted=True)
    assert loaded.score is not None
    track = singer(loaded.score)
    assert track is not None
    lines = plain(sung(loaded.score, track)).split("\n")
    assert "one more long mile," in " ".join(lines)
    assert max(map(len, lines)) <= 60
    assert not [line for line in lines if line.endswith("-") or "_" in line or "|" in line]
    assert read_picture(folder / "artwork.png").colours in ("rgb", "palette")
