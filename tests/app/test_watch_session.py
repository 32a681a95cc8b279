"""A watch session as a user has it: saves of every kind, and what is in out/ after them."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shell import TINY, edit
from songbuild import api
from songbuild.app.interrupt import Interrupt
from songbuild.app.watch import Build, Request, Session
from songbuild.app.watch import session as session_module
from songbuild.app.watch.watcher import Watcher
from songbuild.app.watch.words import unkept
from support import SMALL

PATIENCE_S = 30.0
WAV = "out/tiny-24bit.wav"
ENDED, CANCELLED = "ended", "cancelled"


class Recorder:
    """A view that keeps what it is shown; `on_event` is called with each of the engine's events."""

    def __init__(self) -> None:
        self.shown: queue.Queue[tuple[str, Build | None]] = queue.Queue()
        self.saved: list[Sequence[str]] = []
        self.events: list[dict[str, Any]] = []
        self.reasons: list[str] = []
        self.lines: list[str] = []
        self.codes: queue.Queue[int] = queue.Queue()
        self.on_event: Callable[[dict[str, Any]], None] = lambda event: None

    def watching(self, folder: Path) -> None: ...

    def polling(self, reason: str) -> None:
        self.reasons.append(reason)

    def began(self, saved: Sequence[str]) -> None:
        self.saved.append(saved)

    def event(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        self.on_event(event)

    def cancelled(self) -> None:
        self.shown.put((CANCELLED, None))

    def ended(self, build: Build) -> None:
        self.shown.put((ENDED, build))

    def command_line(self, text: str) -> None:
        self.lines.append(text)

    def command_ended(self, code: int) -> None:
        self.codes.put(code)

    def until(self, wanted: Callable[[Build], bool] = lambda build: True) -> Build:
        """The next build that ends as wanted."""
        while True:
            _, build = self.shown.get(timeout=PATIENCE_S)
            if build is not None and wanted(build):
                return build


Script = Callable[[Recorder], None]


def watched(song: Path, script: Script, selection: api.Selection | None = None, **options: Any) -> None:
    """Watch a song while `script` acts as its author, and press Ctrl-C when it is through."""
    view, failures = Recorder(), list[BaseException]()
    time.sleep(0.02)  # files that were written just now would be built twice

    def act() -> None:
        try:
            script(view)
        except BaseException as error:
            failures.append(error)
        finally:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    author = threading.Thread(target=act)
    with Interrupt() as interrupt:
        request = Request(str(song), selection or api.Selection(), threads=1)
        session = Session(request, view, interrupt, **options)
        author.start()
        with pytest.raises(KeyboardInterrupt):
            session.run()
    author.join()
    if failures:
        raise failures[0]


def clean(song: Path, tmp_path: Path, selection: api.Selection | None = None) -> dict[str, bytes]:
    """What a render of the song from an empty cache puts out."""
    out = tmp_path / "clean"
    api.render(song, selection, out=out, cache=str(tmp_path / "clean-cache"))
    return contents(out)


def contents(out: Path) -> dict[str, bytes]:
    return {file.relative_to(out).as_posix(): file.read_bytes() for file in out.rglob("*") if file.is_file()}


def save(file: Path, text: str) -> None:
    """As many editors do: another file, then a new name for it."""
    other = file.with_name(f".{file.name}.new")
    other.write_text(text)
    other.replace(file)


def louder(gain_db: float) -> str:
    return TINY.replace("gain_db: 1}", f"gain_db: {gain_db}}}")


def is_at(song: Path, gain_db: float) -> Callable[[Build], bool]:
    """Whether a build has seen this gain: its reasons say so."""
    return lambda build: any(f"-> {gain_db:g} " in line for lines in build.why.values() for line in lines)


def test_a_save_by_rename_is_built_and_explained(tiny: Path, tmp_path: Path) -> None:
    def script(view: Recorder) -> None:
        first = view.until()
        assert first.ok
        assert view.saved == [[]]
        save(tiny / "song.yaml", louder(2))
        build = view.until()
        assert view.saved[1] == ["song.yaml"]
        assert build.why == {"channel low": ["gain.gain_db: 1 -> 2 (song.yaml:13:50)"]}
        assert build.audio_ms is not None
        assert 30 <= build.audio_ms <= build.done_ms
        assert {node["node"]: node["status"] for node in build.nodes}["track low"] == "reused"

    watched(tiny, script)
    assert contents(tiny / "out") == clean(tiny, tmp_path)


def test_a_save_in_two_writes_is_one_build(tiny: Path, tmp_path: Path) -> None:
    def script(view: Recorder) -> None:
        view.until()
        with (tiny / "song.yaml").open("w") as file:  # empties it
            file.flush()
            file.write(louder(2)[:60])
            file.flush()
            file.write(louder(2)[60:])
        assert view.until().ok
        assert view.shown.empty()

    watched(tiny, script)
    assert contents(tiny / "out") == clean(tiny, tmp_path)


def test_of_a_hundred_saves_in_a_second_the_last_is_what_is_built(tiny: Path, tmp_path: Path) -> None:
    def script(view: Recorder) -> None:
        view.until()
        for step in range(100):
            save(tiny / "song.yaml", louder(2 + step / 100))
            time.sleep(0.01)
        save(tiny / "song.yaml", louder(-3))
        build = view.until(is_at(tiny, -3))
        assert build.ok
        assert len(view.saved) < 20

    watched(tiny, script)
    assert contents(tiny / "out") == clean(tiny, tmp_path)


def test_a_save_during_a_build_ends_it_and_finished_tiles_are_kept(tiny: Path, tmp_path: Path) -> None:
    (tiny / "song.yaml").write_text(TINY.replace("[a x2]", "[a x30]") + "humanize: {time: 5ms, seed: 1}\n")
    saved = threading.Event()

    def script(view: Recorder) -> None:
        def during(event: dict[str, Any]) -> None:
            if event["event"] == "tile" and event["name"] == "channel low" and not saved.is_set():
                saved.set()
                edit(tiny, "gain_db: 1}", "gain_db: 2}")
                time.sleep(0.3)

        view.on_event = during
        assert view.shown.get(timeout=PATIENCE_S) == (CANCELLED, None)
        assert not (tiny / "out").exists()
        before = sum(event["event"] == "tile" and event["name"] == "track low" for event in view.events)
        assert before > 0
        build = view.until()
        tiles = {node["node"]: node["tiles_run"] for node in build.nodes}
        assert tiles["track low"] + before <= tiles["channel low"] + 1

    watched(tiny, script)
    assert contents(tiny / "out") == clean(tiny, tmp_path)


def test_a_broken_manifest_keeps_the_last_good_files_until_it_is_mended(tiny: Path, tmp_path: Path) -> None:
    def script(view: Recorder) -> None:
        view.until()
        good = (tiny / WAV).stat()
        save(tiny / "song.yaml", TINY.replace("low: bass", "low: bas"))
        broken = view.until()
        assert [problem.code for problem in broken.problems] == ["ARR003"]
        assert (broken.ok, broken.nodes, (tiny / WAV).stat()) == (False, [], good)
        save(tiny / "song.yaml", "title: [half\n")
        assert [problem.code for problem in view.until().problems] == ["YAML003"]
        assert (tiny / WAV).stat() == good
        save(tiny / "song.yaml", louder(2))
        assert view.until().ok

    watched(tiny, script)
    assert contents(tiny / "out") == clean(tiny, tmp_path)


def test_a_file_that_is_deleted_and_comes_back(tiny: Path, tmp_path: Path) -> None:
    head, mix = TINY.split("mix:\n")
    mix, tail = mix.split("master:")
    (tiny / "song.yaml").write_text(f"{head}mix: mix.yaml\nmaster:{tail}")
    mixed = "".join(line.removeprefix("  ") for line in mix.splitlines(keepends=True))
    (tiny / "mix.yaml").write_text(mixed)

    def script(view: Recorder) -> None:
        assert view.until().ok
        (tiny / "mix.yaml").unlink()
        assert [problem.code for problem in view.until().problems] == ["MAN003"]
        (tiny / "mix.yaml").write_text(mixed.replace("gain_db: 1}", "gain_db: 2}"))
        assert view.until().ok

    watched(tiny, script)
    assert contents(tiny / "out") == clean(tiny, tmp_path)


def test_a_preset_and_a_file_that_a_song_waits_for(tiny: Path) -> None:
    def script(view: Recorder) -> None:
        view.until()
        save(tiny / "song.yaml", TINY.replace("[gain: {gain_db: 1}]", "[gain/mine]"))
        assert not view.until().ok
        (tiny / "presets/gain").mkdir(parents=True)
        (tiny / "presets/gain/mine.yaml").write_text("gain_db: 3\n")
        assert view.until(lambda build: build.ok).audio_ms is not None
        save(tiny / "presets/gain/mine.yaml", "gain_db: 2\n")
        assert view.until().why == {"channel low": ["gain.gain_db: 3 -> 2 (song.yaml:13:34)"]}

    watched(tiny, script)


def test_files_that_are_not_the_songs_build_nothing(tiny: Path) -> None:
    def script(view: Recorder) -> None:
        view.until()
        (tiny / "notes.txt").write_text("call the drummer")
        (tiny / "out/mine.wav").write_text("mine")
        (tiny / ".song.yaml.swp").write_text("")
        time.sleep(0.3)
        assert view.shown.empty()
        assert len(view.saved) == 1

    watched(tiny, script)


def _no_events(*_: object) -> Iterator[set[tuple[int, str]]]:
    raise OSError("too many watches")
    yield set()


def _silent_events(folder: Path, stop: threading.Event, rescan_s: float) -> Iterator[set[tuple[int, str]]]:
    while not stop.wait(rescan_s):
        yield set()


def test_where_watching_fails_it_polls(tiny: Path, tmp_path: Path) -> None:
    def script(view: Recorder) -> None:
        view.until()
        save(tiny / "song.yaml", louder(2))
        assert view.until().ok
        assert view.reasons == ["the system's events can't be had (too many watches)"]

    watched(tiny, script, watcher=partial(Watcher, events=_no_events, poll_s=0.05))
    assert contents(tiny / "out") == clean(tiny, tmp_path)


@pytest.mark.parametrize("late", [False, True])
def test_a_rescan_finds_what_no_event_told_of(tiny: Path, monkeypatch: pytest.MonkeyPatch, late: bool) -> None:
    """And where events should have come long ago, it is polled from then on."""
    monkeypatch.setattr(session_module, "LATE_S", 0.0 if late else 1000.0)

    def script(view: Recorder) -> None:
        view.until()
        save(tiny / "song.yaml", louder(2))
        assert view.until().ok
        time.sleep(0.1)
        assert len(view.reasons) == late

    watched(tiny, script, watcher=partial(Watcher, events=_silent_events, rescan_s=0.1, poll_s=0.05))


def test_a_command_runs_after_each_good_build_and_its_failure_is_told(tiny: Path) -> None:
    def script(view: Recorder) -> None:
        view.until()
        assert view.codes.get(timeout=PATIENCE_S) == 3
        assert view.lines == [f"{tiny}/out", f"{tiny}/out/tiny-24bit.wav", f"{tiny}/out/SHA256SUMS"]
        save(tiny / "song.yaml", "title: [half\n")
        assert not view.until().ok
        save(tiny / "song.yaml", louder(2))
        view.until()
        assert view.codes.get(timeout=PATIENCE_S) == 3
        assert view.codes.empty()

    watched(tiny, script, command='echo "$SONGBUILD_OUT"; echo "$SONGBUILD_FILES"; exit 3')


def test_a_command_that_writes_into_the_songs_folder_is_no_endless_loop(tiny: Path) -> None:
    def script(view: Recorder) -> None:
        view.until()
        assert view.codes.get(timeout=PATIENCE_S) == 0
        time.sleep(0.3)
        assert (len(view.saved), (tiny / "heard.wav").exists()) == (1, True)

    watched(tiny, script, command=f'cp "$SONGBUILD_OUT/tiny-24bit.wav" "{tiny}/heard.wav"')


def test_what_is_heard_first_is_made_before_the_song_is_measured(small_song: Path, tmp_path: Path) -> None:
    """With the loudness gain of the build before; what is delivered has the gain that is measured."""

    def script(view: Recorder) -> None:
        view.until()
        save(small_song / "song.yaml", SMALL.replace("bass: {gain_db: -8", "bass: {gain_db: 6"))
        view.events.clear()
        build = view.until()
        kinds = [event.get("name", event["event"]) for event in view.events]
        assert kinds.index("master") < kinds.index("start") < kinds.index("loudness gain")
        assert build.early["master"] >= 1
        assert build.why == {"bus low": ["bass.gain_db: -8 -> 6 (song.yaml:19:21)"]}

    watched(small_song, script)
    assert contents(small_song / "out") == clean(small_song, tmp_path)


def test_the_bars_that_were_changed_last_come_first(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tiny / "song.yaml").write_text(TINY.replace("[a x2]", "[a x8]") + "humanize: {time: 5ms, seed: 1}\n")
    asked: list[Any] = []
    render = api.render

    def spy(*arguments: Any, **options: Any) -> api.Rendered:
        asked.append(options["focus"])
        return render(*arguments, **options)

    monkeypatch.setattr(api, "render", spy)

    def script(view: Recorder) -> None:
        view.until()
        for level in (-3, -4):
            text = TINY.replace("[a x2]", f"[a x7, {{a: {{low: {{velocity: {90 + level}}}}}}}]")
            save(tiny / "song.yaml", text + "humanize: {time: 5ms, seed: 1}\n")
            view.until()

    watched(tiny, script)
    first, second, third = asked
    assert first is None
    assert second[0] == 1
    assert third[0] > 8

    asked.clear()
    watched(tiny, lambda view: view.until() and None, api.Selection(bars=(2, 3)))
    assert asked == [(2, 3)]


def test_a_part_of_a_song_is_watched(tiny: Path, tmp_path: Path) -> None:
    selection = api.Selection(only=("low",), bars=(2, 3))

    def script(view: Recorder) -> None:
        view.until()
        save(tiny / "song.yaml", louder(2))
        build = view.until()
        assert build.audio_ms is not None
        assert build.why == {"channel low": ["gain.gain_db: 1 -> 2 (song.yaml:13:50)"]}

    watched(tiny, script, selection)
    assert contents(tiny / "out") == clean(tiny, tmp_path, selection)


def test_what_cannot_be_is_wrong_usage_at_first_and_trouble_later(tiny: Path) -> None:
    request = Request(str(tiny), api.Selection(only=("high",)))
    with pytest.raises(api.UsageError, match="--only high: there is no such track"):
        Session(request, Recorder(), Interrupt()).run()

    def script(view: Recorder) -> None:
        view.until()
        save(tiny / "song.yaml", TINY.replace("low", "deep"))
        build = view.until()
        assert (build.ok, str(build.trouble)[:11]) == (False, "--only low:")
        save(tiny / "song.yaml", TINY)
        assert view.until().ok

    watched(tiny, script, api.Selection(only=("low",)))


def test_a_cache_that_cannot_be_written_is_told_and_no_end(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tiny / "file").write_text("")
    monkeypatch.setenv("SONGBUILD_CACHE", str(tiny / "file/cache"))

    def script(view: Recorder) -> None:
        assert unkept(view.until()) == f"the cache {tiny}/file/cache can't be written: nothing is kept"
        save(tiny / "song.yaml", louder(2))
        assert view.until().audio_ms is not None

    watched(tiny, script)


def test_a_file_in_the_place_of_out_is_trouble_and_no_end(tiny: Path) -> None:
    def script(view: Recorder) -> None:
        view.until()
        (tiny / "out").rename(tiny / "away")
        (tiny / "out").write_text("mine")
        save(tiny / "song.yaml", louder(2))
        assert "is not a folder" in str(view.until().trouble)
        (tiny / "out").unlink()
        save(tiny / "song.yaml", louder(3))
        assert view.until(lambda build: build.ok).nodes

    watched(tiny, script)


def test_ctrl_c_in_the_last_moment_of_a_build_is_not_lost(tiny: Path) -> None:
    view = Recorder()

    def press(event: dict[str, Any]) -> None:
        if event.get("name") == "SHA256SUMS" and event.get("status") == "run":
            signal.raise_signal(signal.SIGINT)

    view.on_event = press
    again = threading.Timer(5, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    again.start()
    with Interrupt() as interrupt, pytest.raises(KeyboardInterrupt):
        Session(Request(str(tiny), threads=1), view, interrupt).run()
    again.cancel()
    assert view.shown.empty()
