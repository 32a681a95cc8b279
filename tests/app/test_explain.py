"""`songbuild explain` and `render --dry-run`: what would run, and why, in words with places."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shell import edit, songbuild
from songbuild import api
from songbuild.stages.bars import Bars
from support import SMALL, write_wav

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
        {"track bass": ["notes: 2 changed, bars 2, 4 (@bass: ^\"a1)"], "small.mid": ["tracks: bass"]},
    ),
    "a note more": ('c2"', 'c2:8 c"', {"track bass": ["notes: 2 changed, 2 added, bars 2, 4 (@bass: ^\"a1)"]}),
    "a note less": ("e2 g |", "e2 r |", {"track bass": ["notes: 2 removed, bars 1, 3"]}),
    "a drum": ("x--- x---", "x--- xx--", {"track drums": ["notes: 8 added, bars 1-4 (@beat: ^{)"]}),
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
        "channel keys": ["inserts: highpass -> highpass, gain (@inserts: ^[highpass)"],
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
            "regions: 1 changed, bars 1-3 (@comp: ^[)",
            "takes changed (@takes: ^{a)",
        ],
    }),
    "a region": ("gain_db: -3}", "gain_db: -4}", {"recording gtr": ["regions: 1 changed, bars 2-4 (@comp: ^[)"]}),
    "the title": ("title: Small", "title: Less", {"less.mid": ["new"]}),
    "the tempo": ("tempo: 120", "tempo: 125", {
        "small.mid": ["tempos changed (@125)"],
        "track bass": ["bar lines or length changed", "notes: 15 moved, bars 1-4"],
    }),
    "the form": ("form: [a x2]", "form: [a x3]", {
        "track drums": ["bar lines or length changed", "notes: 28 added, bars 5-6 (@beat: ^{)"],
        "bus low": ["bar lines or length changed"],
        "small.mid": ["markers changed", "tracks: drums, bass, keys"],
    }),
    "a mute": ("drums: {gain_db: -6", "drums: {mute: true, gain_db: -6", {"mix": ["no longer fed by track drums"]}),
    "an instrument": ("keys: fm_piano", "keys: pad", {"track keys": ["instrument: fm_piano -> pad (@keys: ^pad)"]}),
}  # fmt: skip
"""What an edit replaces by what, and the words for it at some nodes.

@before^text is the place of `text` after the edit.
"""


@pytest.mark.parametrize("name", CASES)
def test_an_edit_in_words(rendered: tuple[Path, Path], name: str) -> None:
    old, new, wanted = CASES[name]
    found = explained(*rendered, old, new)
    text = (rendered[0] / "song.yaml").read_text().replace(old, new)

    def place(match: re.Match[str]) -> str:
        before = text[: text.index(match[1].replace("^", ""))] + match[1].rpartition("^")[0]
        return f"(song.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))})"

    placed = {node: [re.sub(r"\(@(.+)\)", place, why) for why in reasons] for node, reasons in wanted.items()}
    assert {node: why for node, why in found.items() if node in wanted} == placed


def test_many_parameters_are_cut_short(rendered: tuple[Path, Path]) -> None:
    why = explained(*rendered, "drum_kit, bass: bass", "drum_kit, bass: bass/slap")["track bass"]
    assert len(why) == 7
    assert all(re.fullmatch(r"bass\.\w+: \S+ -> \S+ \(song\.yaml:13:58\)", line) for line in why[:6]), why
    assert re.fullmatch(r"and \d+ more", why[6])


def test_bars_in_words() -> None:
    bars = Bars((0, 100, 200, 300, 400, 500, 600, 700, 800), 1, 44_100)
    assert bars.words([]) == ""
    assert bars.words([99]) == ", bar 1"
    assert bars.words([100, 150, 799]) == ", bars 2, 8"
    assert bars.words([0, 100, 200, 400]) == ", bars 1-3, 5"
    assert bars.words([0, 200, 400, 600, 5_000]) == ", bars 1-9"
    assert Bars((10, 20), 0, 1).words([3, 15, 25]) == ", bars 0-1"


def test_what_was_never_built_is_new_and_waits(small_song: Path) -> None:
    lines = {line.node: line for line in api.explain(small_song).decisions}
    assert (lines["track bass"].status, lines["track bass"].why, lines["track bass"].waits) == ("run", ["new"], [])
    assert (lines["channel bass"].status, lines["channel bass"].why) == ("may run", ["new"])
    assert lines["channel bass"].waits == ["track bass", "track drums"]


def test_a_changed_file_is_named_with_its_place(rendered: tuple[Path, Path]) -> None:
    song, cache = rendered
    file = song / "takes/b.wav"
    before = file.read_bytes()
    write_wav(file, np.zeros((1, 6 * 44_100)))
    try:
        lines = {line.node: line for line in api.explain(song, cache=str(cache)).decisions}
    finally:
        file.write_bytes(before)
    assert lines["file takes/b.wav"].why == ["file b.wav changed (song.yaml:18:54)"]
    assert lines["recording gtr"].waits == ["file takes/b.wav"]


def test_what_is_no_longer_in_the_cache(tiny: Path, tmp_path: Path) -> None:
    songbuild("render", tiny, "--cache", tmp_path / "cache")
    for blob in (tmp_path / "cache/blobs").glob("*/*"):
        blob.unlink()
    for trace in (tmp_path / "cache").glob("traces.db*"):
        trace.unlink()
    ran = songbuild("explain", tiny, "low", "--cache", tmp_path / "cache")
    assert ran.out.splitlines()[:2] == ["run       track low", "            no longer in the cache"]


def test_the_command(tiny: Path) -> None:
    songbuild("render", tiny)
    assert songbuild("explain", tiny).out == "nothing to run, 7 reused\n"
    edit(tiny, "gain_db: 1}", "gain_db: 1.5}")
    wanted = [
        "run       channel low",
        "            gain.gain_db: 1 -> 1.5 (song.yaml:13:50)",
        "may run   mix  if channel low changes",
        "may run   master  if mix changes",
        "may run   tiny-24bit.wav  if master changes",
        "may run   SHA256SUMS  if tiny-24bit.wav changes",
        "may run   measure master  if master changes",
        "1 run, 5 may run, 1 reused",
    ]
    assert songbuild("explain", tiny).out.splitlines() == wanted
    assert songbuild("render", tiny, "--dry-run").out.splitlines() == wanted
    ran = songbuild("explain", "LOW", cwd=tiny)
    assert ran.out.splitlines() == ["reused    track low", *wanted[:2], "1 run, 1 reused"]
    assert not (tiny / "out/preview").exists()


def test_as_json(tiny: Path) -> None:
    *lines, result = songbuild("explain", tiny, "mix", "--json").events
    assert lines == [
        {
            "event": "decision",
            "node": "mix",
            "stage": "mix",
            "status": "may run",
            "why": ["new"],
            "waits": ["channel low"],
            "inputs": ["channel low"],
            "ranges": [
                {"first_bar": 1, "last_bar": 4, "tiles": 2, "status": "may run", "causes": ["input channel low"]}
            ],
            "where": "",
        }
    ]
    assert result == {"event": "result", "ok": True}
    assert songbuild("render", tiny, "--dry-run", "--json").events[-1] == result


def test_a_name_that_no_node_has(tiny: Path) -> None:
    ran = songbuild("explain", "trakc", cwd=tiny)
    assert (ran.code, ran.err.splitlines()[-1]) == (
        2,
        "Error: no node has 'trakc' in its name: did you mean 'track'?",
    )
    assert songbuild("explain", "nowhere", "low", cwd=tiny).code == 2
