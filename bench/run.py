"""`make bench`: how fast songbuild is, as ratios to other engines that do the same job in the same run.

Each figure is a whole process: wall and CPU seconds and peak memory, its workers included, as the operating system
counts them; save to sound is what `watch` says of itself.  The last run stands in bench/history/ as JSON.
Usage: run.py [--quick] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import mixdown
import save_to_sound
import synthesis

HERE = Path(__file__).resolve().parent
SONGBUILD = str(Path(sys.executable).parent / "songbuild")


@dataclass(frozen=True)
class Figure:
    """One job: seconds of wall and CPU, peak MiB, and the ratio of one of them to another job's."""

    job: str
    wall_s: float
    cpu_s: float
    peak_mib: float
    against: str = ""
    ratio: float | None = None


class Memory(Thread):
    """Watches what a process and its descendants hold together, every 20 ms: the sum of their proportional shares."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process, self._over, self.peak_mib = process, Event(), 0.0

    def run(self) -> None:
        while not self._over.wait(0.02):
            self.peak_mib = max(self.peak_mib, sum(map(_share_kib, _family(self._process))) / 1024)

    def stop(self) -> float:
        """The peak, in MiB."""
        self._over.set()
        self.join()
        return self.peak_mib


def _family(process: int) -> Iterator[int]:
    yield process
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        children += [
            child
            for task in Path(f"/proc/{process}/task").iterdir()
            if task.name != str(process)
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _share_kib(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def measure(job: str, command: list[str], environment: dict[str, str], runs: int = 1) -> Figure:
    """Run a command and read what it took; of several runs the one with the median wall time."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        memory = Memory(process.pid)
        if runs == 1:  # watching takes a little time of its own
            memory.start()
        assert process.stderr is not None
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if status:
            sys.exit(f"{' '.join(command)} failed:\n{errors.decode()}")
        peak = memory.stop() if runs == 1 else usage.ru_maxrss / 1024
        found.append(Figure(job, wall, usage.ru_utime + usage.ru_stime, peak))
    return sorted(found, key=lambda figure: figure.wall_s)[len(found) // 2]


def against(figure: Figure, other: Figure) -> Figure:
    return Figure(figure.job, figure.wall_s, figure.cpu_s, figure.peak_mib, other.job, figure.wall_s / other.wall_s)


def jobs_mixdown(folder: Path, environment: dict[str, str], length: float, stems: int) -> list[Figure]:
    song = folder / "mixdown"
    mixdown.make_stems(song / "recordings", length, stems)
    mixdown.write_song(song, length, stems)
    render = [SONGBUILD, "render", str(song)]
    peer = measure("M: pedalboard", [sys.executable, str(HERE / "mixdown_pedalboard.py"), str(song)], environment)
    cold = measure("M cold", render, environment)
    one = measure("M cold, 1 thread", [*render, "--threads", "1", "--cache", str(folder / "cache1")], environment)
    figures = [peer, against(cold, peer), against(one, cold)]
    figures.append(against(measure("M no-op", render, environment, runs=9), cold))
    text = (song / "song.yaml").read_text()
    (song / "song.yaml").write_text(text.replace("gain_db: -2.5", "gain_db: -3.5", 1))
    figures.append(against(measure("M one EQ gain changed", render, environment), cold))
    (song / "song.yaml").write_text(text.replace("      gain_db: -6\n", "      gain_db: -7\n", 1))
    figures.append(against(measure("M one fader moved", render, environment), cold))
    mixdown.write_song(song, length, stems, ride_db=-2.0)
    figures.append(against(measure("M one automation point", render, environment), cold))
    shutil.rmtree(song / "recordings")
    return figures


def jobs_length(folder: Path, environment: dict[str, str], length: float) -> list[Figure]:
    """Six stems, once and five times as long: the memory must be the same."""
    figures = []
    for times in (1, 5):
        song = folder / f"length{times}"
        mixdown.make_stems(song / "recordings", length * times, 6)
        mixdown.write_song(song, length * times, 6)
        command = [SONGBUILD, "render", str(song), "--cache", str(folder / "cache-length")]
        figures.append(measure(f"6 stems, {times} x as long", command, environment))
        shutil.rmtree(song)
        shutil.rmtree(folder / "cache-length")
    once, five = figures
    return [once, Figure(*astuple(five)[:4], f"{once.job}, memory", five.peak_mib / once.peak_mib)]


def jobs_synthesis(folder: Path, environment: dict[str, str]) -> list[Figure]:
    song = folder / "synthesis"
    song.mkdir()
    count, lines = synthesis.write_song(song)
    synthesis.write_csound(song)
    check = measure(f"check, {lines} lines", [SONGBUILD, "check", str(song)], environment)
    render = [SONGBUILD, "render", str(song)]
    cold = measure(f"synthesis cold, {count} notes", render, environment)
    figures = [check, cold]
    if csound := shutil.which("csound"):
        peer = measure(
            "synthesis: csound",
            [csound, "-d", "-m0", "-o", str(song / "csound.wav"), str(song / "song.csd")],
            environment,
        )
        figures = [check, peer, against(cold, peer)]
    figures.append(against(measure("synthesis no-op", render, environment, runs=9), cold))
    synthesis.write_song(song, changed=True)
    figures.append(against(measure("synthesis, one note changed", render, environment), cold))
    again = measure(f"check, {lines} lines, one note changed", [SONGBUILD, "check", str(song)], environment, runs=9)
    figures.append(against(again, check))
    synthesis.write_song(song, order="abdcefg")
    figures.append(against(measure("synthesis, a section moved", render, environment), cold))
    return figures


def jobs_diff(folder: Path, environment: dict[str, str]) -> list[Figure]:
    """The working tree against the last commit: both versions read, one of them read, neither."""
    song = folder / "diff"
    song.mkdir()
    _, lines = synthesis.write_song(song)
    someone = {f"GIT_{role}_{what}": "bench" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for words in (["init", "-q"], ["add", "song.yaml"], ["commit", "-q", "-m", "bench"]):
        subprocess.run(["git", *words], cwd=song, env={**environment, **someone}, check=True)
    synthesis.write_song(song, changed=True)
    command = [SONGBUILD, "diff", "--song", str(song), "--cache", str(folder / "cache-diff")]
    both = measure(f"diff, {lines} lines, both read", command, environment)
    synthesis.write_song(song, order="abdcefg")
    one = measure("diff, a section moved, one read", command, environment)
    return [both, against(one, both), against(measure("diff, neither read", command, environment, runs=9), both)]


def jobs_watch(folder: Path, environment: dict[str, str], saves: int) -> list[Figure]:
    """From a save to the first changed audio and to the finished file, of a running watch: medians."""
    song = folder / "watch"
    song.mkdir()
    found = save_to_sound.measure(song, saves, environment)
    return [
        Figure(f"{what}, {saves} saves", seconds["median"] / 1000, 0.0, 0.0)
        for what, seconds in (("save to sound", found["audio_ms"]), ("save to file", found["done_ms"]))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the length and 6 stems: does it run?")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="songbuild-bench-"))
    environment = {**os.environ, "SONGBUILD_CACHE": str(folder / "cache"), "SONGBUILD_CACHE_CAP": "60GB"}
    try:
        figures = jobs_mixdown(folder, environment, 0.1 if arguments.quick else 1.0, 6 if arguments.quick else 24)
        figures += jobs_synthesis(folder, environment)
        figures += jobs_diff(folder, environment)
        figures += jobs_watch(folder, environment, 5 if arguments.quick else 30)
        figures += jobs_length(folder, environment, 0.1 if arguments.quick else 1.0)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    for figure in figures:
        ratio = f"{figure.ratio:8.3f} x {figure.against}" if figure.ratio is not None else ""
        print(f"{figure.job:32} {figure.wall_s:8.3f} s {figure.cpu_s:8.2f} cpu {figure.peak_mib:7.0f} MiB {ratio}")
    history = HERE / "history"
    history.mkdir(exist_ok=True)
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    (history / f"{now}.json").write_text(
        json.dumps({"at": now, "quick": arguments.quick, **machine, "figures": [asdict(f) for f in figures]}, indent=2)
    )


main()
