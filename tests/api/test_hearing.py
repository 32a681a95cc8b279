"""Two versions of a song rendered beside each other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log10
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from songbuild import api
from songbuild.api.heard.hearing import hear
from songbuild.diff.change import Change, Difference
from songbuild.diff.facts import TICKS, Facts, Section
from songbuild.diff.heard import Heard, Stream
from songbuild.engine import Cancelled
from support import write_wav

SONG = """\
title: Two
tempo: 240
tail: 0.1
composition:
  patterns:
    line: "a1:4 c2 e2 g2 | d2:4 a1 c2:8 r r:4"
    tune: "a4:4 c5 e5 g5 | d5:4 c5 e5:8 r r:4"
arrangement:
  tracks: {low: bass, high: bass}
  sections:
    a: {bars: 2, parts: {low: line, high: tune}}
    b: {bars: 2, parts: {low: line}}
    c: {bars: 2, parts: {high: tune}}
  form: [a, b, c]
mix:
  channels:
    low: {gain_db: -6}
    high: {gain_db: -12}
master: {loudness: null}
delivery: {formats: [wav24]}
"""
"""Six seconds of two parts, each silent when a section ends, so that none rings into the next."""
SAME = ((0, 0), (1, 1), (2, 2))
Pairs = Sequence[tuple[int | None, int | None]]


@dataclass
class Listener:
    """Compares versions of SONG over one cache, and remembers which nodes ran."""

    folder: Path
    cache: Path
    ran: set[str] = field(default_factory=set)

    def write(self, name: str, text: str) -> Path:
        place = self.folder / name
        place.mkdir(exist_ok=True)
        (place / "song.yaml").write_text(text, encoding="utf-8")
        return place

    def __call__(self, old: str, new: str, pairs: Pairs = SAME, clips: Path | None = None, **options: Any) -> Heard:
        sides = self.write("old", old), self.write("new", new)
        facts = [_facts(side) for side in sides]
        parts = options.pop("parts", ())
        self.ran.clear()
        return hear(
            *sides,
            Difference(*facts, tuple(pairs), parts),
            cache=str(self.cache),
            clips=clips,
            on_event=self._note,
            **options,
        )

    def _note(self, event: dict[str, Any]) -> None:
        if event["event"] == "node" and event["status"] in ("run", "partly"):
            self.ran.add(event["name"])


def _facts(song: Path) -> Facts:
    score = api.load(song).score
    sections = score.sections if score is not None else ()
    return Facts(
        sections=tuple(
            Section(o.id, o.section, int(o.start * TICKS), int(o.length * TICKS), o.first_bar, o.bars, o.key)
            for o in sections
        )
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared: a version that several tests have is rendered once."""
    return tmp_path_factory.mktemp("heard") / "cache"


@pytest.fixture
def listen(tmp_path: Path, cache: Path) -> Listener:
    return Listener(tmp_path, cache)


def of(heard: Heard, name: str, kind: str = "track") -> Stream:
    return next(stream for stream in heard.streams if (stream.kind, stream.name) == (kind, name))


def edited(old: str, new: str) -> str:
    assert SONG.count(old) == 1
    return SONG.replace(old, new)


def test_three_decibels_more_are_measured_as_such(listen: Listener) -> None:
    heard = listen(SONG, edited("low: {gain_db: -6}", "low: {gain_db: -3}"))
    low = of(heard, "low")
    assert low.whole is not None
    assert low.whole.before.loudness_lufs is not None
    assert low.whole.after.loudness_lufs == pytest.approx(low.whole.before.loudness_lufs + 3.0, abs=0.001)
    assert low.whole.null_db == pytest.approx(20 * log10(10 ** (3 / 20) - 1), abs=0.02)
    assert low.whole.matched_null_db is not None
    assert low.whole.matched_null_db < -100
    for before, after in zip(low.whole.before.bands_db, low.whole.after.bands_db, strict=True):
        assert before is not None
        assert after == pytest.approx(before + 3.0, abs=0.02)
    assert low.whole.after.true_peak_dbtp == pytest.approx((low.whole.before.true_peak_dbtp or 0) + 3.0, abs=0.001)
    assert low.first is not None
    assert (low.first.bar, low.first.beat) == (1, 1.0)


def test_what_is_made_of_the_same_is_neither_rendered_nor_read(listen: Listener, tmp_path: Path) -> None:
    listen.cache = tmp_path / "cold"
    heard = listen(SONG, edited("low: {gain_db: -6}", "low: {gain_db: -2}"))
    assert of(heard, "high") == Stream("high", "track", same=True)
    assert {"stem low", "readings of stem low"} <= listen.ran
    assert not {name for name in listen.ran if "stem high" in name}


def test_another_spelling_renders_nothing(listen: Listener) -> None:
    heard = listen(SONG, "# said otherwise\n" + edited("title: Two", "title: Other").replace("-6}", "-6 dB}"))
    assert all(stream.same for stream in heard.streams)
    assert {stream.kind for stream in heard.streams} == {"master", "mix", "track"}
    assert not listen.ran


def test_a_moved_section_is_compared_with_where_it_was(listen: Listener) -> None:
    heard = listen(SONG, edited("[a, b, c]", "[a, c, b]"), ((0, 0), (2, 1), (1, 2)))
    for name in ("low", "high"):
        stream = of(heard, name)
        sections = {stretch.name: stretch for stretch in stream.sections}
        for section in ("a", "b", "c"):
            stretch = sections[section]
            assert stretch.same or (stretch.null_db is not None and stretch.null_db < -60), (name, section)
        assert stream.first is not None
        assert (stream.first.bar, stream.first.beat) == (3, 1.0)
    low = {stretch.name: stretch for stretch in of(heard, "low").sections}
    assert low["b"].old is not None
    assert low["b"].new is not None
    assert (low["b"].old.start_s, low["b"].new.start_s) == (2.0, 4.0)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("b: {bars: 2, parts: {low: line}}", "b: {bars: 2, parts: {low: tune}}", (3, 1.0)),
        ('line: "a1:4 c2 e2 g2', 'line: "a1:4 c2 e2 f2', (1, 4.0)),
    ],
)
def test_the_first_audible_change_is_found(listen: Listener, old: str, new: str, place: tuple[int, float]) -> None:
    heard = listen(SONG, edited(old, new))
    for stream in (of(heard, "low"), of(heard, "master", "master")):
        assert stream.first is not None
        assert (stream.first.bar, stream.first.beat) == place
        assert stream.first.seconds == pytest.approx(place[0] - 1 + (place[1] - 1) / 4, abs=0.01)


def test_a_change_in_one_section_leaves_the_others_the_same(listen: Listener) -> None:
    changed = edited("b: {bars: 2, parts: {low: line}}", "b: {bars: 2, parts: {low: tune}}")
    low = of(listen(SONG, changed), "low")
    assert [(stretch.name, stretch.same) for stretch in low.sections[:3]] == [("a", True), ("b", False), ("c", True)]
    assert [(bars.first, bars.last) for bars in low.sections[1].audible] == [(3, 4)]


def test_less_than_can_be_heard_has_no_place(listen: Listener) -> None:
    heard = listen(SONG, edited("low: {gain_db: -6}", "low: {gain_db: -5.99}"))
    low = of(heard, "low")
    assert not low.same
    assert low.first is None
    assert low.whole is not None
    assert low.whole.audible == ()


def test_a_part_that_comes_and_one_that_is_renamed(listen: Listener) -> None:
    fewer = edited(", high: bass}", "}").replace(", high: tune", "").replace("high: tune", "")
    fewer = fewer.replace("    high: {gain_db: -12}\n", "")
    heard = listen(fewer, SONG)
    high = of(heard, "high")
    assert high.whole is not None
    assert high.whole.before.loudness_lufs is None
    assert high.whole.after.loudness_lufs is not None
    assert of(heard, "low").same
    renamed = SONG.replace("low:", "deep:")
    heard = listen(SONG, renamed, parts=(("low", "deep"), ("high", "high")))
    assert {stream.name for stream in heard.streams} == {"master", "mix", "deep", "high"}
    assert of(heard, "master", "master").same


def test_an_added_section_is_heard_alone(listen: Listener, tmp_path: Path) -> None:
    heard = listen(SONG, edited("[a, b, c]", "[a, b, a, c]"), ((0, 0), (1, 1), (None, 2), (2, 3)), tmp_path / "clips")
    master = of(heard, "master", "master")
    added = master.sections[2]
    assert (added.name, added.old, added.null_db) == ("a 2", None, None)
    assert added.after.loudness_lufs is not None
    assert master.first is not None
    assert (master.first.bar, master.first.beat) == (5, 1.0)
    assert [(clip.name, clip.before, clip.after) for clip in heard.clips] == [("a 2, bars 5-6", None, "after-1.flac")]
    gone = listen(edited("[a, b, c]", "[a, b, a, c]"), SONG, ((0, 0), (1, 1), (2, None), (3, 2)))
    first = of(gone, "master", "master").first
    assert first is not None
    assert (first.bar, first.beat) == (5, 1.0)


def test_another_tempo_has_levels_but_no_null(listen: Listener) -> None:
    heard = listen(SONG, edited("tempo: 240", "tempo: 250"))
    low = of(heard, "low")
    assert low.whole is not None
    assert all(stretch.null_db is None and stretch.matched_null_db is None for stretch in (low.whole, *low.sections))
    assert low.sections[0].before.loudness_lufs == pytest.approx(low.sections[0].after.loudness_lufs, abs=1.0)


def test_clips_are_equally_loud_and_below_the_ceiling(listen: Listener, tmp_path: Path) -> None:
    clips = tmp_path / "made" / "clips"
    heard = listen(SONG, edited("master: {loudness: null}", "master: {loudness: -12}"), clips=clips)
    assert heard.clips
    assert {file.name for file in clips.iterdir()} == {
        name for clip in heard.clips for name in (clip.before, clip.after) if name
    }
    for clip in heard.clips:
        assert clip.before
        assert clip.after
        sides = [api.measure(clips / name)[0] for name in (clip.before, clip.after)]
        assert sides[0] is not None
        assert sides[1] is not None
        levels = [side.loudness.integrated_lufs for side in sides if side is not None]
        assert levels[0] == pytest.approx(levels[1], abs=0.1)
        assert max(side.loudness.true_peak_dbtp for side in sides if side is not None) < -0.9
        assert min(clip.before_gain_db, clip.after_gain_db) < -3
        assert clip.seconds == pytest.approx(sides[0].seconds, abs=0.01)


def test_clips_are_the_same_bytes_again(listen: Listener, tmp_path: Path) -> None:
    louder = edited("low: {gain_db: -6}", "low: {gain_db: -1}")
    made = []
    for name in ("one", "two"):
        heard = listen(SONG, louder, clips=tmp_path / name)
        made.append([(tmp_path / name / str(clip.after)).read_bytes() for clip in heard.clips])
    assert made[0]
    assert made[0] == made[1]


def test_a_side_that_cannot_be_rendered_is_told(listen: Listener) -> None:
    heard = listen(SONG, edited("high: bass}", "high: bas}"))
    assert heard.streams == ()
    (fault,) = heard.faults
    assert fault.startswith("after: it can't be rendered: song.yaml:9:")
    assert "bas" in fault


def test_what_does_not_depend_on_a_failure_is_compared(listen: Listener, tmp_path: Path) -> None:
    song = edited("tracks: {low: bass, high: bass}", "tracks: {low: bass, high: {recording: take}}")
    song = song.replace(", high: tune", "").replace("high: tune", "")
    song = song.replace("mix:\n", "recordings: {take: {takes: {one: take.wav}}}\nmix:\n")
    listen.write("old", song)
    listen.write("new", song)
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, (1, 88_200))
    write_wav(tmp_path / "old" / "take.wav", noise)
    noise[0, 50_000] = np.nan
    write_wav(tmp_path / "new" / "take.wav", noise)
    heard = listen(song, song.replace("low: {gain_db: -6}", "low: {gain_db: -3}"))
    assert len(heard.faults) == 1
    assert heard.faults[0].startswith("after: file take.wav: ")
    assert [stream.name for stream in heard.streams] == ["low"]
    assert not heard.streams[0].same


def test_ctrl_c_stops_it_and_leaves_nothing(listen: Listener, tmp_path: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        listen(SONG, edited("-6}", "-7}"), clips=tmp_path / "clips", cancel=cancel)
    assert not (tmp_path / "clips").exists()
    assert not (tmp_path / "new" / "out").exists()


def test_an_albums_songs_are_heard_one_by_one(tmp_path: Path, cache: Path) -> None:
    quieter = edited("low: {gain_db: -6}", "low: {gain_db: -9}")
    for side, second in (("old", SONG), ("new", quieter)):
        for name, text in (("one", SONG), ("two", second)):
            (tmp_path / side / name).mkdir(parents=True)
            (tmp_path / side / name / "song.yaml").write_text(text)
        (tmp_path / side / "album.yaml").write_text("title: Both\nsongs: [{song: one}, {song: two}]\n")
    facts = _facts(tmp_path / "old" / "two")
    album = Facts(kind="album", songs={"one": facts, "two": facts})
    changed = Difference(facts, facts, SAME, changes=(Change("mix", "changed", "low", "quieter"),))
    songs = {"one": Difference(facts, facts, SAME), "two": changed}
    heard = hear(tmp_path / "old", tmp_path / "new", Difference(album, album, songs=songs), cache=str(cache))
    assert list(heard.songs) == ["two"]
    low = of(heard.songs["two"], "low").whole
    assert low is not None
    assert low.after.loudness_lufs == pytest.approx((low.before.loudness_lufs or 0) - 3.0, abs=0.001)
