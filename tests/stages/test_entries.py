"""The list of files: what is usual is filled in, what isn't is in the name, what can't be is an error at its place."""

from __future__ import annotations

import pytest

from songbuild.formats import m4a
from songbuild.model.delivery import AudioFile, Delivery
from songbuild.stages.entries import FORMATS, entries, nearest_rate


@pytest.fixture(autouse=True)
def _with_pyav(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m4a, "available", lambda: True)


def only(song_rate: int = 44_100, **written: object):
    (entry,), faults = entries(Delivery.model_validate({"files": [written]}), song_rate)
    assert faults == []
    return entry


@pytest.mark.parametrize(
    ("written", "ending"),
    [
        ({"format": "wav"}, "-24bit.wav"),
        ({"format": "wav", "bits": 16}, "-16bit.wav"),
        ({"format": "wav", "bits": 16, "dither": "shaped"}, "-16bit-shaped.wav"),
        ({"format": "wav", "bits": 16, "dither": "none"}, "-16bit-undithered.wav"),
        ({"format": "wav", "bits": 24, "dither": "tpdf"}, "-24bit-tpdf.wav"),
        ({"format": "wav", "bits": "32 float", "rate": "192 kHz"}, "-192khz-32bit-float.wav"),
        ({"format": "wav", "rate": 44_100}, "-24bit.wav"),
        ({"format": "bwf"}, "-bwf.wav"),
        ({"format": "bwf", "bits": 16, "rate": 48_000}, "-bwf-48khz-16bit.wav"),
        ({"format": "flac"}, ".flac"),
        ({"format": "flac", "bits": 16, "rate": "88.2 kHz"}, "-88.2khz-16bit.flac"),
        ({"format": "mp3"}, ".mp3"),
        ({"format": "mp3", "kbps": 192, "rate": 48_000}, "-48khz-192kbps.mp3"),
        ({"format": "ogg"}, ".ogg"),
        ({"format": "ogg", "quality": 7.5}, "-q7.5.ogg"),
        ({"format": "opus", "rate": 48_000}, ".opus"),
        ({"format": "opus", "kbps": 96}, "-96kbps.opus"),
        ({"format": "aac"}, ".m4a"),
        ({"format": "aac", "kbps": 128}, "-128kbps.m4a"),
    ],
)
def test_a_name_says_what_is_not_usual(written: dict[str, object], ending: str) -> None:
    assert only(**written).ending == ending


def test_what_is_usual_is_filled_in() -> None:
    assert (only(format="wav").bits, only(format="wav").dither) == (24, "none")
    assert only(format="wav", bits=16).dither == "tpdf"
    assert only(format="wav", bits="32 float").bits == 32
    assert [only(format=name).kbps for name in ("mp3", "opus", "aac")] == [320, 128, 256]
    assert only(format="ogg").quality == 6.0
    assert only(format="opus").rate == 48_000
    assert [only(song_rate=96_000, format=name).rate for name in ("flac", "ogg", "mp3", "aac")] == [
        96_000,
        96_000,
        48_000,
        96_000,
    ]
    assert only(song_rate=88_200, format="mp3").rate == 44_100


def test_rates_that_a_format_lacks_give_way_to_their_divisor() -> None:
    assert [nearest_rate(rate, FORMATS["mp3"].rates) for rate in (44_100, 48_000, 88_200, 96_000)] == [
        44_100,
        48_000,
        44_100,
        48_000,
    ]
    assert nearest_rate(44_100, FORMATS["opus"].rates) == 48_000


def test_short_names_are_entries_and_the_delivery_says_what_is_usual() -> None:
    delivery = Delivery(formats=["mp3", "wav16", "flac", "stems"], mp3_kbps=192, flac_bits=16)
    found, faults = entries(delivery, 44_100)
    assert faults == []
    assert [(e.ending, e.bits, e.kbps, e.path[-2:]) for e in found] == [
        ("-16bit.wav", 16, None, ("formats", 1)),
        (".flac", 16, None, ("formats", 2)),
        (".mp3", None, 192, ("formats", 0)),
    ]


def test_files_alone_are_all_that_is_made() -> None:
    assert Delivery.model_validate({"files": ["flac"]}).formats == []
    assert Delivery.model_validate({"files": ["flac"], "formats": ["stems"]}).formats == ["stems"]
    assert "wav24" in Delivery.model_validate({"files": []}).formats
    again = Delivery.model_validate(Delivery.model_validate({"files": ["flac"]}).model_dump())
    assert (again.formats, again.files) == ([], [AudioFile(format="flac")])


@pytest.mark.parametrize(
    ("written", "key", "message", "hint"),
    [
        ({"format": "mp3", "bits": 16}, "bits", "an MP3 has no bits", "it has rate, kbps"),
        ({"format": "flac", "kbps": 320}, "kbps", "a FLAC has no kbps", "it has rate, bits, dither"),
        ({"format": "opus", "quality": 5}, "quality", "an Opus has no quality", "it has rate, kbps"),
        ({"format": "mp3", "rate": 96_000}, "rate", "an MP3 can't have 96000 Hz", "only 32000, 44100, 48000"),
        ({"format": "mp3", "kbps": 300}, "kbps", "an MP3 can't have 300 kbps", "only 128, 160"),
        ({"format": "opus", "kbps": 5}, "kbps", "an Opus can't have 5 kbps", "16 to 510"),
        ({"format": "bwf", "bits": "32 float"}, "bits", "a Broadcast WAV can't have 32 float bits", "only 16, 24"),
        ({"format": "ogg", "quality": -1}, "quality", "can't have a quality of -1", "0 to 10"),
        ({"format": "wav", "dither": "shaped"}, "dither", "shaped dither is for 16 bits", "bits: 16"),
        ({"format": "wav", "bits": "32 float", "dither": "tpdf"}, "dither", "they need no dither", "leave it out"),
    ],
)
def test_what_a_format_can_not_be(written: dict[str, object], key: str, message: str, hint: str) -> None:
    found, (fault,) = entries(Delivery.model_validate({"files": ["flac", written], "flac_bits": 16}), 44_100)
    assert [entry.format for entry in found] == ["flac"]
    assert (fault.code, fault.path) == ("DEL010", ("delivery", "files", 1, key))
    assert message in fault.message
    assert hint in str(fault.hint)


def test_a_file_is_asked_for_once() -> None:
    delivery = Delivery.model_validate({"formats": ["mp3"], "files": [{"format": "mp3", "kbps": 320}]})
    _, (fault,) = entries(delivery, 44_100)
    assert (fault.code, fault.path) == ("DEL012", ("delivery", "files", 0))


def test_aac_without_its_library_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m4a, "available", lambda: False)
    found, (fault,) = entries(Delivery.model_validate({"files": ["aac", "opus"]}), 44_100)
    assert [entry.format for entry in found] == ["opus"]
    assert (fault.code, fault.path) == ("DEL013", ("delivery", "files", 0))
    assert "songbuild[aac]" in str(fault.hint)
