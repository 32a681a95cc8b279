"""Trust, with a real song and real processes: whatever happens to a render, the next one gives the same bytes as a
clean one, and nothing is lost, stale or half-written."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from shell import TINY, edit, songbuild
from songbuild import api
from songbuild.stages import recordings
from support import write_wav

WriteSong = Callable[..., Path]
COMMAND = [sys.executable, "-c", "from songbuild.app.cli import main; main()"]
LONG = TINY.replace("form: [a x2]", "form: [a x6]").replace("tempo: 240", "tempo: 120")
LONG += "humanize: {time: 5ms, seed: 1}\n"
"""24 seconds in 7 tiles, no two of which are equal."""
YEAR_S = 365 * 86_400


def start(*arguments: object, cache: Path, cwd: Path | None = None) -> subprocess.Popen[str]:
    """`songbuild …` as a process of its own."""
    environment = {**os.environ, "SONGBUILD_CACHE": str(cache)}
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=cwd
    )


def delivered(song: Path) -> dict[str, bytes]:
    """Every file in a song's out/."""
    return {str(path.relative_to(song / "out")): path.read_bytes() for path in (song / "out").rglob("*")}


def clean(song: Path, folder: Path) -> dict[str, bytes]:
    """What a song comes to, rendered from nothing at another place."""
    shutil.copytree(song, folder / "song", ignore=shutil.ignore_patterns("out"))
    assert not api.render(folder / "song", cache=str(folder / "cache"), threads=1).problems
    found = delivered(folder / "song")
    shutil.rmtree(folder)
    assert found
    return found


def children(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def alive(process: int) -> bool:
    """Whether a process still does anything: one that has ended may wait for long to be noticed."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def leftovers(cache: Path) -> list[str]:
    return [str(path) for name in ("tmp", "leases") for path in (cache / name).iterdir()]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_stopped_at_any_moment(write_song: WriteSong, tmp_path: Path, how: signal.Signals) -> None:
    """kill -9, Ctrl-C: at whatever moment, no file in out/ is half-written, no worker is left behind, and the next
    render gives the bytes of a clean one."""
    song, cache, chance = write_song({"song.yaml": LONG}), tmp_path / "cache", random.Random(7)
    wanted = clean(song, tmp_path / "clean")
    stopped = 0
    for lines in (1, chance.randrange(5, 25), chance.randrange(25, 60)):
        with start("render", song, "--json", "--threads", "2", cache=cache) as child:
            assert child.stdout is not None
            for _ in range(lines):
                child.stdout.readline()
            time.sleep(chance.random() * 0.05)
            workers = children(child.pid) if child.poll() is None else []
            child.send_signal(how)
            _, err = child.communicate(timeout=30)
        stopped += child.returncode != 0
        fine = ((0, ""), (130, "\ninterrupted\n")) if how == signal.SIGINT else ((0, ""), (-9, ""))
        assert (child.returncode, err) in fine
        until = time.monotonic() + 20
        while any(map(alive, workers)):
            assert time.monotonic() < until, "a worker outlives the build"
            time.sleep(0.02)
        if (song / "out").exists():
            left = {name: data for name, data in delivered(song).items() if not name.startswith(".songbuild-")}
            assert left.items() <= wanted.items()
    assert stopped
    assert songbuild("render", song, "--cache", cache).code == 0
    assert delivered(song) == wanted
    songbuild("gc", "--cache", cache)
    assert leftovers(cache) == []
    assert songbuild("cache", "verify", "--cache", cache).code == 0


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) * 2 // 3] ^= 1
    path.write_bytes(data)


HARM: Mapping[str, Callable[[Path], object]] = {
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "emptied": lambda path: os.truncate(path, 0),
    "a flipped bit": flip,
    "gone": Path.unlink,
}


@pytest.mark.parametrize("harm", HARM)
def test_every_blob_damaged(tiny: Path, tmp_path: Path, harm: str) -> None:
    """Truncated blob, flipped bit: an edit after it, and the song as it was, come out as from a clean cache."""
    songbuild("render", tiny, "--cache", tmp_path / "cache")
    before = delivered(tiny)
    for path in [path for path in (tmp_path / "cache/blobs").rglob("*") if path.is_file()]:
        HARM[harm](path)
    edit(tiny, "gain_db: 1}", "gain_db: 2}")
    wanted = clean(tiny, tmp_path / "clean")
    assert songbuild("render", tiny, "--cache", tmp_path / "cache").code == 0
    assert delivered(tiny) == wanted != before
    edit(tiny, "gain_db: 2}", "gain_db: 1}")
    assert songbuild("render", tiny, "--cache", tmp_path / "cache").code == 0
    assert delivered(tiny) == before


@pytest.mark.parametrize("name", ["traces.db", "traces.db-wal", "songs/*/last", "songs/*/blobs", "songs/*/*.json"])
@pytest.mark.parametrize("data", [b"", b"garbage\n" * 500])
def test_a_record_of_the_cache_that_is_garbage(tiny: Path, tmp_path: Path, name: str, data: bytes) -> None:
    """Trace database damaged, and every other record of the cache: the next render is right and says nothing."""
    songbuild("render", tiny, "--cache", tmp_path / "cache")
    for path in (tmp_path / "cache").glob(name):
        path.write_bytes(data)
    if name.endswith("-wal"):
        (tmp_path / "cache" / name).write_bytes(data)
    edit(tiny, "gain_db: 1}", "gain_db: 2}")
    ran = songbuild("render", tiny, "--cache", tmp_path / "cache")
    assert (ran.code, ran.err) == (0, "")
    assert delivered(tiny) == clean(tiny, tmp_path / "clean")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", place], capture_output=True)
    if made.returncode:
        pytest.skip("a file system can't be mounted here; test_damage.py has a full disk that is made up")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def test_a_disk_that_is_full(tiny: Path, tmp_path: Path, small_disk: Path) -> None:
    """Full disk: the render says so and leaves the old files whole; with room again it goes on."""
    songbuild("render", tiny, "--cache", tmp_path / "cache")
    before = delivered(tiny)
    edit(tiny, "gain_db: 1}", "gain_db: 2}")
    ran = songbuild("render", tiny, "--cache", small_disk / "cache")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"error: the disk is full ({small_disk}/cache)\n")
    assert delivered(tiny) == before
    assert not any((small_disk / "cache/tmp").iterdir())
    subprocess.run(["mount", "-o", "remount,size=300m", small_disk], check=True)
    assert songbuild("render", tiny, "--cache", small_disk / "cache").code == 0
    assert delivered(tiny) == clean(tiny, tmp_path / "clean")


def test_out_on_a_disk_that_is_full(tiny: Path, tmp_path: Path, small_disk: Path) -> None:
    """Full disk below out/: every file there is the old one or the new one, and no part of one is left."""
    with (small_disk / "filler").open("wb") as filler, pytest.raises(OSError, match="No space"):
        while filler.write(b"x" * 100_000):
            filler.flush()
    os.truncate(small_disk / "filler", 2_500_000)
    ran = songbuild("render", tiny, "--out", small_disk / "out", "--cache", tmp_path / "cache")
    assert ran.code == 1
    assert ran.err.startswith(f"error: the disk is full ({small_disk}/out)\n")
    assert [path for path in (small_disk / "out").rglob("*") if path.name not in clean(tiny, tmp_path / "c")] == []
    (small_disk / "filler").unlink()
    assert songbuild("render", tiny, "--out", small_disk / "out", "--cache", tmp_path / "cache").code == 0
    assert {path.name: path.read_bytes() for path in (small_disk / "out").iterdir()} == clean(tiny, tmp_path / "c")


def test_a_cache_on_a_read_only_disk(tiny: Path, tmp_path: Path, small_disk: Path) -> None:
    """Read-only cache: what is in it is used, songs are built, and the command says that nothing is kept."""
    subprocess.run(["mount", "-o", "remount,size=300m", small_disk], check=True)
    songbuild("render", tiny, "--cache", small_disk / "cache")
    before = delivered(tiny)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    (tiny / "out/tiny-24bit.wav").unlink()
    ran = songbuild("render", tiny, "--cache", small_disk / "cache")
    assert (ran.code, "nothing is kept for the next time" in ran.err, "nothing ran" in ran.out) == (0, True, True)
    assert delivered(tiny) == before
    edit(tiny, "gain_db: 1}", "gain_db: 2}")
    assert songbuild("render", tiny, "--cache", small_disk / "cache").code == 0
    assert delivered(tiny) == clean(tiny, tmp_path / "clean")


def test_two_renders_at_once(write_song: WriteSong, tmp_path: Path) -> None:
    """Two renders at once, of one song and of another, on one cache: all are right, and all is known to the next."""
    cache = tmp_path / "cache"
    one, other = write_song({"song.yaml": LONG}, "one"), write_song({"song.yaml": LONG}, "other")
    edit(other, "gain_db: 1}", "gain_db: 2}")
    running = [start("render", song, cache=cache) for song in (one, one, other, other)]
    for child in running:
        out, err = child.communicate(timeout=60)
        assert (child.returncode, err) == (0, ""), out
    for song in (one, other):
        assert delivered(song) == clean(song, tmp_path / "clean")
        (song / "out/tiny-24bit.wav").unlink()
        (result,) = [e for e in songbuild("render", song, "--json", "--cache", cache).events if e["event"] == "result"]
        assert {node["status"] for node in result["nodes"]} == {"reused"}
    assert leftovers(cache) == []


def test_a_cache_that_is_collected_all_the_time(write_song: WriteSong, tmp_path: Path) -> None:
    """A cache collected during renders: they miss nothing, and in the end they are right."""
    song, cache = write_song({"song.yaml": LONG}), tmp_path / "cache"
    songbuild("render", song, "--cache", cache)
    collector = "from songbuild import engine\nwhile True:\n    with engine.Store() as store: engine.collect(store, 0)"
    environment = {**os.environ, "SONGBUILD_CACHE": str(cache)}
    with subprocess.Popen([sys.executable, "-c", collector], env=environment, stderr=subprocess.PIPE) as gc:
        for gain in ("1}", "2}", "3}"):
            edit(song, f"gain_db: {gain}", f"gain_db: {int(gain[0]) + 1}}}")
            for path in [path for path in (cache / "blobs").rglob("*") if path.is_file()]:
                try:
                    os.utime(path, (1_000, 1_000))
                except OSError as error:
                    assert error.errno == errno.ENOENT
            ran = songbuild("render", song, "--cache", cache)
            assert (ran.code, ran.err) == (0, "")
        assert gc.poll() is None, gc.stderr and gc.stderr.read()
        gc.kill()
    assert delivered(song) == clean(song, tmp_path / "clean")


@pytest.mark.parametrize("years", [-1, 1])
def test_files_from_another_year(tiny: Path, tmp_path: Path, years: int) -> None:
    """Clock a year off: an edit is noticed whatever the dates of the files say, and a touch alone makes nothing."""

    def dated() -> None:
        then = time.time() + years * YEAR_S
        for path in [*tiny.rglob("*"), *(tmp_path / "cache").rglob("*")]:
            os.utime(path, (then, then))

    dated()
    songbuild("render", tiny, "--cache", tmp_path / "cache")
    dated()
    assert "nothing ran" in songbuild("render", tiny, "--cache", tmp_path / "cache").out
    edit(tiny, "gain_db: 1}", "gain_db: 2}")
    dated()
    ran = songbuild("render", tiny, "--cache", tmp_path / "cache")
    assert "nodes ran" in ran.out
    assert delivered(tiny) == clean(tiny, tmp_path / "clean")


RECORDED = TINY.replace("tracks: {", "tracks: {gtr: {recording: gtr}, ")
RECORDED += "recordings: {gtr: {takes: {a: {file: takes/a.wav, at: 1}}}}\n"


def noise(frames: int = 88_200, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.1, 0.1, (1, frames))


def test_a_take_that_changes_while_it_is_read(write_song: WriteSong, monkeypatch: pytest.MonkeyPatch) -> None:
    """File changed while read: its node fails and says so, nothing of it is kept, the next render has the new take."""
    song = write_song({"song.yaml": RECORDED})
    write_wav(song / "takes/a.wav", noise())
    blocks = recordings.blocks

    def changing(path: Path, *more: object) -> Iterator[np.ndarray]:
        for number, block in enumerate(blocks(path, *more)):  # type: ignore[arg-type]
            yield block
            if number == 0:
                write_wav(song / "takes/new.wav", noise(seed=2))
                (song / "takes/new.wav").replace(song / "takes/a.wav")

    with monkeypatch.context() as patched:
        patched.setattr(recordings, "blocks", changing)
        ran = songbuild("render", song)
    assert (ran.code, "a.wav changed while it was read" in ran.err) == (1, True), ran.err
    assert not (song / "out/tiny-24bit.wav").exists()
    assert songbuild("render", song).code == 0
    after = delivered(song)
    monkeypatch.setenv("SONGBUILD_CACHE", str(song.parent / "another cache"))
    shutil.rmtree(song / "out")
    assert songbuild("render", song).code == 0
    assert delivered(song) == after


def nan_take(song: Path) -> None:
    x = noise()
    x[0, 44_100] = np.nan
    write_wav(song / "takes/a.wav", x)


def lying_take(song: Path) -> None:
    write_wav(song / "takes/a.wav", noise(), subtype="PCM_16")
    data = bytearray((song / "takes/a.wav").read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = (0x7FFFFFF0).to_bytes(4, "little")
    (song / "takes/a.wav").write_bytes(data)


def link_out(song: Path) -> None:
    write_wav(song.parent / "secret.wav", noise())
    (song / "takes").mkdir()
    (song / "takes/a.wav").symlink_to(song.parent / "secret.wav")


def folder_link_out(song: Path) -> None:
    write_wav(song.parent / "elsewhere/a.wav", noise())
    (song / "takes").symlink_to(song.parent / "elsewhere")


def device(song: Path) -> None:
    (song / "takes").mkdir()
    (song / "takes/a.wav").symlink_to("/dev/zero")


BOMB = "x0: &x0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
BOMB += "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 9))
BAD: Mapping[str, tuple[str, Callable[[Path], None] | None, str]] = {
    "NaN in a take": (RECORDED, nan_take, "takes/a.wav"),
    "a header that lies": (RECORDED, lying_take, "takes/a.wav"),
    "a link that leaves the project": (RECORDED, link_out, "song.yaml:"),
    "a folder that leaves the project": (RECORDED, folder_link_out, "song.yaml:"),
    "a device": (RECORDED, device, "song.yaml:"),
    "a path that leaves the project": (RECORDED.replace("takes/a.wav", "../secret.wav"), link_out, "song.yaml:"),
    "an absolute path": (RECORDED.replace("takes/a.wav", "/etc/passwd"), None, "song.yaml:"),
    "an alias bomb": (TINY + BOMB, None, "song.yaml:"),
    "a duplicate key": (TINY + "title: Again\n", None, "'title' is given twice"),
    "a NUL byte": (TINY + "artist: a\0b\n", None, "U+0000"),
    "a NUL byte in a path": (RECORDED.replace("takes/a.wav", '"takes/a\\0.wav"'), None, "U+0000"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_a_stranger_may_send(write_song: WriteSong, name: str) -> None:
    """NaN in a take, lying header, link or path that leaves the project, alias bomb, duplicate keys, NUL bytes:
    a problem with its place, exit code 1, soon; nothing is delivered."""
    text, prepare, words = BAD[name]
    song = write_song({"song.yaml": text})
    if prepare is not None:
        prepare(song)
    began = time.monotonic()
    ran = songbuild("render", song)
    assert time.monotonic() - began < 20
    assert (ran.code, words in ran.err, "Traceback" in ran.err) == (1, True, False), ran.err
    assert "error[" in ran.err
    assert not (song / "out/tiny-24bit.wav").exists()
    assert songbuild("check", song).code in (0, 1)


ALIKE = TINY.replace("tracks: {low: bass}", "tracks: {low: bass, LOW: bass}")
ALIKE = ALIKE.replace("parts: {low: line}", "parts: {low: line, LOW: line}").replace("[wav24]", "[wav24, stems]")
ACCENTS = TINY.replace("low:", "caf\u00e9:").replace("line:", "u\u0308ber:").replace(": line", ": u\u0308ber")


def test_names_that_differ_only_in_case(write_song: WriteSong) -> None:
    """Names alike in case: a warning at the second; each has its own sound, and no file takes another's place."""
    text = ALIKE.replace("    low: {gain", "    LOW: {gain_db: -20}\n    low: {gain")
    song = write_song({"song.yaml": text})
    ran = songbuild("render", song)
    assert "'LOW' differs from 'low' only in case" in ran.err
    assert (ran.code, "the stems of 'low' and 'LOW' would both be stems/low.wav" in ran.err) == (1, True)
    edit(song, "[wav24, stems]", "[wav24]")
    assert songbuild("render", song).code == 0
    both = delivered(song)["tiny-24bit.wav"]
    edit(song, "    LOW: {gain_db: -20}\n", "    LOW: {gain_db: -20, mute: true}\n")
    assert songbuild("render", song).code == 0
    assert delivered(song)["tiny-24bit.wav"] != both


def test_names_that_differ_only_in_how_letters_are_coded(write_song: WriteSong) -> None:
    """Names alike in normalisation: one that is coded otherwise is another name, and the message says which is near."""
    song = write_song({"song.yaml": ACCENTS.replace(": u\u0308ber", ": \u00fcber")})
    ran = songbuild("render", song)
    assert (ran.code, "Traceback" in ran.err) == (1, False)
    assert "did you mean" in ran.err
    (song / "song.yaml").write_text(ACCENTS, encoding="utf-8")
    assert songbuild("render", song).code == 0
