"""`songbuild explain` and `render --dry-run`: what would run, and why, in words with places."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from shell import edit, songbuild
from support import SMALL, write_wav

from songbuild import api
from songbuild.stages.words import Bars

WriteSong = Callable[..., Path]


MORE = """\
recordings:
  gtr:
    takes: {a: {file: takes/a.wav, at: 1}, b: {file: takes/b.wav, at: 1}}
    comp: ["a 1", "b 2", {region: "a 3", gain_db: -3}]
"""
LANES = 'automation: {volume_db: "1: -6, 2: 0, 4: -3", highpass.cutoff_hz: "1: 100, 3: 200"}'


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A song with everything that words are found for, and the cache that holds its last build."""
    root = tmp_path_factory.mktemp("rendered")
    song, cache = root / "song", root / "cache"
    text = SMALL.replace("tracks: {", "tracks: {gtr: {recording: gtr}, ")
    text = text.replace("formats: [wav24]", "formats: [midi]").replace("loudness: -16", "loudness: null")
    text = text.replace("mix:\n", f"{MORE}mix:\n").replace("keys: {gain_db: -10,", f"keys: {{gain_db: -10, {LANES},")
    song.mkdir()
    (song / "song.yaml").write_text(text)
    x = np.random.default_rng(1).uniform(-0.1, 0.1, (1, 6 * 44_100))
    write_wav(song / "takes/a.wav", x)
    write_wav(song / "takes/b.wav", -x)
    assert not api.render(song, cache=str(cache)).problems
    return song, cache


def explained(song: Path, cache: Path, old: str, new: str) -> dict[str, list[str]]:
    """Node -> why it runs, after an edit of a song that was rendered; the edit is undone."""
    text = (song / "song.yaml").read_text()
    edit(song, old, new)
    try:
        answer = api.explain(song, cache=str(cache))
    finally:
        (song / "song.yaml").write_text(text)
    assert not answer.problems
    return {line.node: line.why for line in answer.decisions if line.why}


CASES = {
    "a note": (
        'c2"', 'd2"',
        {"track bass": ["notes: 2 changed, bars 2, 4 (@bass: \"a1)"], "small.mid": ["tracks: bass"]},
    ),
    "a note more": ('c2"', 'c2:8 c"', {"track bass": ["notes: 2 changed, 2 added, bars 2, 4 (@bass: \"a1)"]}),
    "a note less": ("e2 g |", "e2 r |", {"track bass": ["notes: 2 removed, bars 1, 3"]}),
    "a drum": ("x--- x---", "x--- xx--", {"track drums": ["notes: 4 added, bars 1-4 (@beat:)"]}),
    "a fader": ("drums: {gain_db: -6", "drums: {gain_db: -7", {
        "return room": ["drums.gain_db: -6 -> -7 (@-7)"],
        "mix": ["drums.gain_db: -6 -> -7 (@-7)"],
    }),
    "a send": ("room: -18", "room: -20", {"return room": ["drums.sends.room: -18 -> -20 (@-20})"]}),
    "a pan": ("pan: -30%", "pan: 20R", {"mix": ["keys.pan: -0.3 -> 0.2 (@20R)"]}),
    "a parameter": ("threshold_db: -24", "threshold_db: -20", {
        "channel bass": ["compressor.threshold_db: -24 -> -20 (@-20,)"],
    }),
    "a band": ("freq_hz: 200", "freq_hz: 250", {"bus low": ["eq.bands.0.freq_hz: 200 -> 250 (@250)"]}),
    "an insert more": ("{cutoff_hz: 120}]", "{cutoff_hz: 120}, gain]", {
        "channel keys": ["inserts: highpass -> highpass, gain (@inserts: [highpass)"],
    }),
    "a lane": ("2: 0, 4", "2: 1, 4", {"mix": ["keys.automation.volume_db: 1 point changed, bars 1-3 (@\"1: -6)"]}),
    "the end of a lane": ("4: -3\"", "4: -3, 5: -9\"", {
        "mix": ["keys.automation.volume_db: 1 point changed, bar 4 (@\"1: -6)"],
    }),
    "a device's lane": ("3: 200", "3: 300", {
        "channel keys": ["highpass.cutoff_hz: 1 point changed, bars 1-4 (@\"1: 100)"],
    }),
    "a side-chain": ("sidechain: drums", "sidechain: keys", {
        "channel bass": ["now fed by channel keys", "no longer fed by track drums"],
    }),
    "a take": ('"b 2"', '"a 2"', {
        "recording gtr": [
            "no longer fed by file takes/b.wav",
            "regions: 2 changed, 1 removed, bars 1-4 (@comp:)",
            "takes changed (@takes: {a)",
        ],
    }),
    "a region": ("gain_db: -3}", "gain_db: -4}", {"recording gtr": ["regions: 1 changed, bars 2-3 (@comp:)"]}),
    "the title": ("title: Small", "title: Less", {"less.mid": ["new"]}),
    "the tempo": ("tempo: 120", "tempo: 125", {
        "small.mid": ["tempos changed (@125)"],
        "track bass": ["notes: 15 moved, bars 1-4"],
    }),
    "the form": ("form: [a x2]", "form: [a x3]", {
        "track drums": ["notes: 28 added, bars 5-6 (@beat:)"],
        "bus low": ["bar lines or length changed"],
        "small.mid": ["markers changed", "tracks: drums, bass, keys"],
    }),
    "a mute": ("drums: {gain_db: -6", "drums: {mute: true, gain_db: -6", {"mix": ["no longer fed by track drums"]}),
    "an instrument": ("keys: fm_piano", "keys: pad", {"track keys": ["instrument: fm_piano -> pad (@keys: pad)"]}),
    "a preset": ("bass: bass,", "bass: bass/muted,", {"track bass": ["?"]}),
}  # fmt: skip
"""What an edit replaces by what, and the words for it at some nodes; @text is the place of `text` after the edit."""


@pytest.mark.parametrize("name", CASES)
def test_an_edit_in_words(rendered: tuple[Path, Path], name: str) -> None:
    old, new, wanted = CASES[name]
    found = explained(*rendered, old, new)
    text = (rendered[0] / "song.yaml").read_text().replace(old, new)

    def place(match: re.Match[str]) -> str:
        before = text[: text.index(match[1])]
        return f"(song.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))})"

    placed = {node: [re.sub(r"\(@(.+)\)", place, why) for why in reasons] for node, reasons in wanted.items()}
    assert {node: why for node, why in found.items() if node in wanted} == placed
