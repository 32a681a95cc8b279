"""The parts of `songbuild watch`: when a burst is over, what counts, how changes are heard, the user's command."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from songbuild.app.watch.command import Command
from songbuild.app.watch.debounce import Debounce
from songbuild.app.watch.files import Files
from songbuild.app.watch.watcher import Watcher
from songbuild.app.watch.words import duration, files

PATIENCE_S = 20.0


def test_a_burst_is_over_when_it_has_been_quiet_for_30_ms() -> None:
    debounce = Debounce()
    assert debounce.left(9.9) is None
    debounce.heard(10.0)
    debounce.heard(10.02)
    assert debounce.left(10.03) == pytest.approx(0.02)
    assert debounce.left(10.06) == 0
    debounce.clear()
    assert debounce.left(10.06) is None


def test_a_burst_without_an_end_is_built_after_300_ms() -> None:
    debounce = Debounce()
    for step in range(30):
        debounce.heard(10 + step / 100)
    assert debounce.left(10.29) == pytest.approx(0.01)
    assert debounce.left(10.31) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A song's folder as far as its files go, all written some time ago."""
    for name in ("song.yaml", "mix.yaml", "notes.txt", "out/song.wav", ".git/index", "takes/one.flac"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one")
    time.sleep(0.02)
    return tmp_path


def names(files: Files) -> list[str]:
    return [files.name(path) for path in files.changed()]


def test_before_it_is_known_what_a_song_is_made_of_every_file_counts(folder: Path) -> None:
    found = Files(folder, [folder / "out"])
    found.look()
    assert names(found) == []
    for name in ("notes.txt", "out/song.wav", ".git/index", "song.yaml~", "takes/two.flac"):
        (folder / name).write_text("other")
    assert names(found) == ["notes.txt", "takes/two.flac"]


def test_then_only_that_counts_and_what_would_be_read_if_it_were_there(folder: Path) -> None:
    found = Files(folder, [folder / "out"])
    found.learn([folder / "song.yaml", folder / "presets/eq/mine.yaml"])
    found.look()
    (folder / "notes.txt").write_text("other")
    (folder / "takes/two.flac").write_text("new")
    assert names(found) == []
    (folder / "presets/eq").mkdir(parents=True)
    (folder / "presets/eq/mine.yaml").write_text("new")
    (folder / "song.yaml").unlink()
    assert names(found) == ["presets/eq/mine.yaml", "song.yaml"]


def test_scripts_may_list_folders_so_files_that_come_and_go_count(folder: Path) -> None:
    found = Files(folder, [folder / "out"])
    found.learn([folder / "song.yaml"], listed=True)
    found.look()
    (folder / "notes.txt").write_text("other")
    (folder / "takes/two.flac").write_text("new")
    (folder / "takes/one.flac").unlink()
    assert names(found) == ["takes/one.flac", "takes/two.flac"]


def test_a_file_that_comes_back_as_it_was_has_changed(folder: Path) -> None:
    found = Files(folder)
    found.look()
    (folder / "mix.yaml").unlink()
    (folder / "mix.yaml").write_text("one")
    assert names(found) == ["mix.yaml"]


def test_a_file_saved_in_the_moment_of_the_look_is_looked_at_again(folder: Path) -> None:
    """Its stamp might stay the same if it were saved once more."""
    found = Files(folder)
    (folder / "mix.yaml").write_text("two")
    found.look()
    assert names(found) == ["mix.yaml"]
    time.sleep(0.02)
    found.look()
    assert names(found) == []


def test_what_happens_in_out_or_to_passing_files_does_not_matter(folder: Path) -> None:
    found = Files(folder, [folder / "out"])
    root = os.path.realpath(folder)
    assert found.matters(f"{root}/mix.yaml")
    for name in ("out/.songbuild-1-2.part", "out", ".mix.yaml.swp", ".git/index", "mix.yaml~", "4913"):
        assert not found.matters(f"{root}/{name}"), name
    assert not found.matters("/somewhere/else")
    found.learn([folder / ".hidden/take.flac"])
    assert found.matters(f"{root}/.hidden/take.flac")


class Ears:
    """What a watcher's `look` was called with."""

    def __init__(self, late: bool = False) -> None:
        self.late, self.told, self.reasons = late, list[Collection[str] | None](), list[str]()
        self.heard = threading.Event()

    def look(self, paths: Collection[str] | None) -> bool:
        self.told.append(paths)
        self.heard.set()
        return self.late

    def polling(self, reason: str) -> None:
        self.reasons.append(reason)


def test_a_watcher_tells_of_a_save_and_ends(tmp_path: Path) -> None:
    ears = Ears()
    watcher = Watcher(tmp_path, ears.look, ears.polling)
    watcher.start()
    time.sleep(0.2)
    (tmp_path / "song.yaml").write_text("one")
    assert ears.heard.wait(PATIENCE_S)
    watcher.close()
    assert any(paths and any(path.endswith("song.yaml") for path in paths) for paths in ears.told)
    assert ears.reasons == []
    assert not [thread for thread in threading.enumerate() if thread.name == "songbuild-watch"]


def _no_events(folder: Path, stop: threading.Event, rescan_s: float) -> Iterator[set[tuple[int, str]]]:
    raise OSError("too many watches")
    yield set()


def _silent_events(folder: Path, stop: threading.Event, rescan_s: float) -> Iterator[set[tuple[int, str]]]:
    while not stop.wait(rescan_s):
        yield set()


def test_where_the_system_tells_nothing_the_folder_is_polled(tmp_path: Path) -> None:
    ears = Ears()
    watcher = Watcher(tmp_path, ears.look, ears.polling, events=_no_events, poll_s=0.01)
    watcher.start()
    assert ears.heard.wait(PATIENCE_S)
    watcher.close()
    assert ears.reasons == ["the system's events can't be had (too many watches)"]
    assert {*ears.told} == {None}


@pytest.mark.parametrize("was_there", [True, False])
def test_a_folder_that_goes_away_and_comes_back_is_polled(tmp_path: Path, was_there: bool) -> None:
    ears, song = Ears(), tmp_path / "song"
    if was_there:
        song.mkdir()
    watcher = Watcher(song, ears.look, ears.polling, rescan_s=0.1, poll_s=0.01)
    watcher.start()
    time.sleep(0.2)
    if was_there:
        song.rmdir()
        song.mkdir()
    end = time.monotonic() + PATIENCE_S
    while None not in ears.told or not ears.reasons:
        assert time.monotonic() < end
        time.sleep(0.01)
    watcher.close()
    assert ears.reasons == ["the folder that was watched is gone"]


@pytest.mark.parametrize("late", [False, True])
def test_a_rescan_that_finds_what_was_never_told_begins_polling(tmp_path: Path, late: bool) -> None:
    ears = Ears(late)
    watcher = Watcher(tmp_path, ears.look, ears.polling, events=_silent_events, rescan_s=0.02, poll_s=0.01)
    watcher.start()
    end = time.monotonic() + PATIENCE_S
    while len(ears.told) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    watcher.close()
    assert ears.reasons == (["the system doesn't tell of every change"] if late else [])


class Said:
    """What a command printed and how it ended."""

    def __init__(self) -> None:
        self.lines, self.codes, self.over = list[str](), list[int](), threading.Event()

    def ended(self, code: int) -> None:
        self.codes.append(code)
        self.over.set()


def test_a_command_says_what_it_prints_and_how_it_ends() -> None:
    said = Said()
    command = Command("echo $WHERE; echo more >&2; exit 3", said.lines.append, said.ended)
    command.run({"WHERE": "there"})
    assert said.over.wait(PATIENCE_S)
    assert (said.lines, said.codes) == (["there", "more"], [3])
    command.close()


def test_a_command_that_still_runs_is_stopped_for_the_next_with_all_it_started(tmp_path: Path) -> None:
    said = Said()
    place = tmp_path / "pid"
    command = Command(f"sh -c 'echo $$ > {place}; sleep 60'; true", said.lines.append, said.ended)
    command.run({})
    end = time.monotonic() + PATIENCE_S
    while not (place.exists() and place.read_text().strip()) and time.monotonic() < end:
        time.sleep(0.01)
    process = int(place.read_text())
    command.close()
    assert said.codes == []
    with pytest.raises(ProcessLookupError):
        for _ in range(200):  # its parent is gone, and somebody else has to notice that it is, too
            os.kill(process, 0)
            if Path(f"/proc/{process}/stat").read_text().split()[2] == "Z":
                raise ProcessLookupError
            time.sleep(0.01)


def test_words_of_files_and_times() -> None:
    assert files(["a", "b"]) == "a, b"
    assert files(["a", "b", "c", "d"]) == "a and 3 other files"
    assert (duration(83.6), duration(1234)) == ("84 ms", "1.2 s")
