"""Rules about metadata: what is said, where, and what is left alone."""

from __future__ import annotations

import io

import numpy as np
import pytest

from shell import TINY
from songbuild import api
from songbuild.formats.upscaling import repetition

GOOD = """\
title: Light in the Window
version_title: Radio Edit
artist: The Small Hours
credits:
  composer: {name: Ann, share: 50%}
  lyricist: {name: Bo, share: 50%}
  performer: {name: Cy, instrument: voice}
  producer: Di
label: Own
upc: 036000291452
isrc: QZ-ABC-26-00001
genre: Folk
language: en
date: 2026-01-09
original_date: 2025-06
copyright: 2026 The Small Hours
phonogram: 2026 The Small Hours
explicit: none
track_number: 2
track_total: 3
artwork: art.png
"""
STORES = TINY.replace("title: Tiny\n", GOOD).replace(
    "formats: [wav24]",
    "formats: [wav24], stores: [apple-music, spotify, youtube-music, soundcloud, bandcamp, distributor]",
)


STRICT = STORES.replace("apple-music, spotify, youtube-music, soundcloud, bandcamp, distributor", "spotify")


def picture(pixels, kind="PNG", mode=None):
    """The bytes of a picture of brightness (rows, columns)."""
    from PIL import Image

    held = io.BytesIO()
    options = {"compress_level": 1} if kind == "PNG" else {"quality": 95}
    Image.fromarray(pixels.astype(np.uint8)).convert(mode or "RGB").save(held, kind, **options)
    return held.getvalue()


def lines(height, width):
    """Lines of noise: quick to compress, and no picture that was enlarged."""
    return np.broadcast_to(np.random.default_rng(1).integers(0, 2, (height, 1)) * 60, (height, width))


@pytest.fixture(scope="module")
def art():
    return picture(lines(3000, 3000))


@pytest.fixture(scope="module")
def small_art():
    return picture(lines(1400, 1400))


def found(song):
    """What `check` says, first lines."""
    return [str(problem).split("\n")[0] for problem in api.check(song)[1]]


def written(write_song, text, art=b"", **files):
    folder = write_song({"song.yaml": text, **files})
    (folder / "art.png").write_bytes(art)
    return folder


def test_a_song_that_says_it_all_is_clean_for_every_store(write_song, art):
    assert found(written(write_song, STORES, art)) == []


def test_each_store_names_what_it_misses(write_song, art):
    text = STORES
    for line in (
        "label: Own\n",
        "explicit: none\n",
        "  producer: Di\n",
        "  performer: {name: Cy, instrument: voice}\n",
    ):
        text = text.replace(line, "")
    assert [line.partition(": ")[2] for line in found(written(write_song, text, art))] == [
        "warning[CHK007]: Apple Music asks for a label, the explicit flag, a performer in the credits and "
        "a producer or engineer in the credits",
        "warning[CHK007]: Spotify asks for a label and the explicit flag",
        "warning[CHK007]: YouTube Music asks for a label",
        "warning[CHK007]: SoundCloud asks for the explicit flag",
        "warning[CHK007]: a distributor asks for the explicit flag",
    ]
    assert ":31:39: warning[CHK007]: Apple" in found(written(write_song, text, art))[0]


@pytest.mark.parametrize(
    ("pixels", "options", "words"),
    [
        ((1500, 1500), {}, ["1500 x 1500 is too small for Apple Music, SoundCloud and a distributor"]),
        ((3000, 3100), {}, ["artwork that isn't square is refused by Apple Music, Spotify, YouTube Music"]),
        ((3000, 3000), {"mode": "CMYK", "kind": "JPEG"}, ["colours of the kind 'cmyk' may be refused by Apple Music"]),
        ((3000, 3000), {"mode": "RGBA"}, ["colours of the kind 'rgba' may be refused by Apple Music, Spotify"]),
    ],
)
def test_artwork_that_stores_refuse(write_song, pixels, options, words):
    art = picture(lines(*pixels), **options)
    told = [line for line in found(written(write_song, STORES, art)) if "CHK007" in line]
    assert len(told) == len(words)
    for line, word in zip(told, words, strict=True):
        assert f"song.yaml:21:10: warning[CHK007]: {word}" in line


def test_too_many_bytes_and_repeated_pixels(write_song, art):
    padded = art[:-12] + (11_000_000).to_bytes(4, "big") + b"tEXt" + bytes(11_000_004) + art[-12:]
    assert found(written(write_song, STORES, padded)) == [
        f"song.yaml:21:10: warning[CHK007]: {len(padded) / 1e6:.1f} MB are too many for Bandcamp and a distributor"
    ]
    small = np.random.default_rng(1).integers(0, 4, (1000, 1000)) * 60
    assert found(written(write_song, STORES, picture(small.repeat(3, 0).repeat(3, 1)))) == [
        "song.yaml:21:10: warning[CHK007]: the artwork was enlarged: each pixel stands there 3 times in each direction"
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("share: 50%}\n  lyricist", "share: 40%}\n  lyricist", "4:1: error[CHK003]: the shares come to 90 %"),
        ("  producer: Di", "  prodcer: Di", "8:3: warning[CHK003]: 'prodcer' is no role that is known"),
        ("title: Light in", 'title: "Light  in', "1:14: warning[CHK005]: a stray space inside of 'Light"),
        ("artist: The Small Hours", 'artist: "The Small Hours "', "3:25: warning[CHK005]: a stray space after 'The"),
        ("{name: Cy,", '{name: " Cy",', "7:22: warning[CHK005]: a stray space before 'Cy'"),
        ("in the Window", "in the Window (feat. Cy)", "1:29: warning[CHK005]: a featured artist in the title"),
        ("in the Window", "in the Window [Live]", "1:29: warning[CHK005]: the version in the title"),
        ("in the Window", "in the Window (Explicit)", "1:29: warning[CHK005]: the advisory in the title"),
        ("title: Light in the Window", "title: LIGHT IN THE WINDOW", "1:8: warning[CHK005]: all in capitals"),
        ("title: Light in the Window", "title: light in the window", "1:8: warning[CHK005]: all in small letters"),
        ("artist: The Small Hours", "artist: The Small Hours 🌙", "3:25: warning[CHK005]: '🌙' is a picture"),
        ("number: 2", "number: 4", "19:15: error[CHK006]: track 4 of 3"),
        ("original_date: 2025-06", "original_date: 2026-02", "15:16: error[CHK006]: 2026-02 is after the release"),
        ("copyright: 2026", "copyright: © 2026", "16:12: warning[CHK006]: '©' is put before the line by whoever"),
        ("phonogram: 2026 The", "phonogram: The", "17:12: warning[CHK006]: the line lacks a year before the owner"),
        ("explicit: none", "explicit: none\nlyrics: lw", "19:9: error[CHK004]: there is no track 'lw'"),
        ("explicit: none", "explicit: none\nlyrics: a.lrc", "19:9: error[CHK004]: a.lrc: line 2 has no time"),
        ("explicit: none", "explicit: none\nlyrics: b.txt", "19:9: error[MAN003]: no file 'b.txt'"),
        ("explicit: none", "explicit: none\nlyrics: ../b.txt", "19:9: error[MAN002]:"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place(write_song, small_art, old, new, expected):
    assert STRICT.count(old) == 1
    text = STRICT.replace(old, new)
    if '"Light  in' in new:
        text = text.replace("in the Window\n", 'in the Window"\n', 1)

    (line,) = found(written(write_song, text, small_art, **{"a.lrc": "[00:01.00]One\nTwo\n"}))
    assert line.startswith(f"song.yaml:{expected}"), line


@pytest.mark.parametrize(
    "lines",
    [
        "{composer: {name: A, share: 33.33%}, lyricist: [{name: B, share: 33.33%}, {name: C, share: 33.33%}]}",
        "{composer: {name: A, share: 100%}, publisher: {name: B, share: 100%}}",
        "{composer: {name: A, share: 50%}, publisher: {name: B, share: 50%}}",
        "{composer: A}",
    ],
)
def test_shares_that_are_whole(write_song, lines):
    assert found(write_song({"song.yaml": TINY + f"credits: {lines}\n"})) == []


@pytest.mark.parametrize(
    "title",
    ["ABBA", "U2", "R.E.M.", "夜", "It's Over (For Now)", "Live Forever", "Remix", "Defeat. Retreat", "Aftermath"],
)
def test_titles_that_are_fine(write_song, title):
    text = STRICT.replace("title: Light in the Window", f"title: {title}").replace("artwork: art.png\n", "")
    assert [line for line in found(write_song({"song.yaml": text})) if "CHK005" in line] == []


def test_repetition_is_seen_in_a_jpeg_and_not_where_there_is_none(tmp_path):
    noise = np.random.default_rng(2).integers(0, 256, (400, 400))
    grid = np.full((1600, 1600), 220)
    grid[::24], grid[:, ::24] = 20, 20
    for name, pixels, expected in (
        ("plain", noise, 1),
        ("two", noise.repeat(2, 0).repeat(2, 1), 2),
        ("wide", noise.repeat(2, 1), 1),
        ("eight", noise[:200, :200].repeat(8, 0).repeat(8, 1), 8),
        ("grid", grid, 1),
        ("flat", np.full((400, 400), 9), 1),
    ):
        (tmp_path / name).write_bytes(picture(pixels))
        assert repetition(tmp_path / name) == expected, name
    (tmp_path / "a.jpg").write_bytes(picture(noise.repeat(2, 0).repeat(2, 1), "JPEG"))
    assert repetition(tmp_path / "a.jpg") == 2
    (tmp_path / "broken").write_bytes(picture(noise)[:200])
    assert repetition(tmp_path / "broken") == 1
