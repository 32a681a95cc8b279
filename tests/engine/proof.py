"""Living through a history: edits, harm and faults in turn, and after each the promise of every build.

The promise: whatever a build puts out is, byte for byte, what the graph says (model.py) and what a clean build makes;
a build without a fault in it makes all there is to make; and a file in out/ is never anything but its old or its new
self.  Time is a toy clock of ten seconds a step, tiles are 16 frames, and everything is on a disk in memory.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any
from unittest import mock

from engine.faults import KILLED, Injector, Kill, abandon, harm, hooked
from engine.histories import History, Song, Step, edited, graph, write_take
from engine.model import Expected, expected
from engine.toys import Toys
from songbuild.engine import Built, Cancelled, EngineError, Graph, RecipeError, Store, build, collect, publish
from songbuild.engine import run as run_module
from songbuild.engine import store as store_module
from songbuild.engine import traces as traces_module
from songbuild.engine import work as work_module

IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS


class Mishap(Exception):  # noqa: N818 - it stands for any bug of a recipe
    """A bug in a recipe."""


class Rigged(Toys):
    """Toys of which the next that is called raises `trouble`, once; `meanwhile` happens while a recording is read."""

    trouble: Exception | None = None
    meanwhile: Callable[[], None] | None = None

    def count(self, name: str, *facts: Any) -> None:
        self.calls[name] += 1
        if name == "take" and self.meanwhile is not None:
            self.meanwhile()
            self.meanwhile = None
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            raise trouble


class World:
    """A cache, an out/ folder and a recording.  `current` is the injector that is hooked in, `clock_ns` the time."""

    current: Injector | None = None
    clock_ns = 0

    def __init__(self, folder: Path, history: History, threads: int, exits: bool) -> None:
        self.threads, self.memory = threads, history.memory
        self.cache, self.out, self.take = folder / "cache", folder / "out", folder / "take.raw"
        World.clock_ns = time.time_ns() + 3600 * SECOND_NS
        self.songs = [history.song]
        self.toys = Rigged()
        self.built: Built | None = None
        self.models: dict[Song, Expected] = {}
        self.published: dict[str, Any] = {}
        self.version = -1
        self.cancel = Event()
        self.injector = Injector(
            folder,
            {
                "cancel": self.cancel.set,
                "collect": self._collect,
                "fuse": lambda: setattr(self.toys, "trouble", RecipeError("out of luck")),
                "bug": lambda: setattr(self.toys, "trouble", Mishap("a bug")),
                "rewrite": lambda: setattr(self.toys, "meanwhile", lambda: self._record(self.version + 1)),
            },
            exits,
        )
        self.store = self._open()

    def _open(self, read_only: bool = False) -> Store:
        return Store(self.cache, memory_bytes=self.memory, read_only=read_only)

    def close(self) -> None:
        self.store.close()
        self.injector.close()

    def _collect(self) -> None:
        with Store(self.cache) as other:
            collect(other, 0)

    def _record(self, version: int) -> None:
        self.version, World.clock_ns = version, World.clock_ns + 1
        write_take(self.take, version, World.clock_ns)

    # --- a step

    def live(self, step: Step) -> None:
        """Edit, harm, build with a fault, and build without if it cost anything."""
        self.songs.append(edited(self.songs, step.edit))
        World.clock_ns += 10 * SECOND_NS
        self._before(step)
        self.injector.arm(step)
        sure = self._attempt()
        self.injector.disarm()
        if not sure:
            self._attempt()
        if step.luck % 16 == 7 and self.threads == 1:
            assert self._attempt(), "what a fault cost may be made again once"
            self.toys.calls.clear()
            assert self._attempt()
            assert self._expected().culprits or not self.toys.calls, "nothing has changed, and something ran"
        if not self.store.writable:
            self._reopen()

    def _before(self, step: Step) -> None:
        luck = random.Random(step.luck)
        if step.before == "days":
            World.clock_ns += luck.choice((10, 100)) * DAY_NS
        elif step.before == "collect":
            collect(self.store, step.luck * 10)
        elif step.before != "nothing":
            self.store.close()
            harm(self.cache, step.before, luck)
            self.store = self._open(read_only=step.before == "read only")

    def _reopen(self) -> None:
        self.store.close()
        self.store = self._open()

    def _graph(self) -> Graph:
        if self.version != self.songs[-1].take:
            self._record(self.songs[-1].take)
        return graph(self.toys, self.songs[-1], self.take)

    def _expected(self) -> Expected:
        song = self.songs[-1]
        if song not in self.models:
            calm = Toys()
            self.models[song] = expected(graph(calm, song, self.take), self.take.parent)
        return self.models[song]

    def _attempt(self) -> bool:
        """Build and publish; whether nothing went wrong that a fault could be blamed for."""
        plan = self._graph()
        want, before = self._expected(), _files(self.out)
        self.cancel.clear()
        done = False
        World.current = self.injector
        try:
            built = build(plan, self.store, threads=self.threads, song="song", cancel=self.cancel)
            self._check(built, want)
            published = publish(built, self.out, self.published)
            self.published = json.loads(json.dumps(published.state))
            done, self.built = _all_made(built, want), built
        except Kill:
            abandon(self.store)
            self.injector.bury()
            self.store = self._open()
        except (EngineError, Cancelled, Mishap) as error:
            assert self.injector.fired, f"no fault, but {error!r}"
        finally:
            World.current = None
            self.toys.trouble = self.toys.meanwhile = None
        self._check_out(plan, want, before, done)
        assert done or self.injector.fired
        return done

    def _check(self, built: Built, want: Expected) -> None:
        for name, made in built.outputs.items():
            assert self.injector.fired or made.path.read_bytes() == want.files[name], f"{name} is wrong"
            assert made.digest == _digest(want.files[name]), f"{name} is wrong"
        for name, value in built.values.items():
            assert value == want.values[name], f"{name} is {value}, not {want.values[name]}"
        if not self.injector.fired:
            assert _all_made(built, want), "a build without a fault makes everything"
            assert built.ok == (not want.culprits)

    def _check_out(self, plan: Graph, want: Expected, before: dict[str, bytes], done: bool) -> None:
        after = _files(self.out)
        for name, data in after.items():
            new = want.files.get(name)
            assert data == new or (data == before.get(name) and not (done and new)), f"out/{name} is stale or torn"
        if done:
            assert after.keys() >= want.files.keys()
            assert after.keys() <= plan.outputs.keys(), "what is no more was left"

    def killed(self, step: Step) -> None:
        """Edit, build in a process that is killed at an operation, and build again in this one."""
        self.songs.append(edited(self.songs, step.edit))
        World.clock_ns += 10 * SECOND_NS
        self._graph()
        self.store.close()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                self.injector.arm(replace(step, fault="kill"))
                self.store = self._open()
                self._attempt()
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) in (0, KILLED), "the killed process saw something wrong"
        self.store = self._open()
        self._attempt()

    def check_clean(self, folder: Path) -> None:
        """Build the last song in an empty cache, and compare all that is known of both builds."""
        made = self.built
        assert made is not None
        with Store(folder) as empty:
            clean = build(self._graph(), empty, threads=1)
        assert {n: m.digest for n, m in made.outputs.items()} == {n: m.digest for n, m in clean.outputs.items()}
        assert made.values == clean.values
        assert {n: s.tiles for n, s in made.streams.items()} == {n: s.tiles for n, s in clean.streams.items()}


def _all_made(built: Built, want: Expected) -> bool:
    """Whether nothing failed but what fails by itself, and what needs it."""
    return (
        built.outputs.keys() == want.files.keys()
        and built.values.keys() == want.values.keys()
        and {failure.name for failure in built.failures} <= want.culprits
    )


def _digest(data: bytes) -> str:
    from blake3 import blake3

    return blake3(data).hexdigest()


def _files(out: Path) -> dict[str, bytes]:
    """What the user sees in out/, which are not the parts of copies that were killed."""
    return {
        f"{folder}/{name}"[len(str(out)) + 1 :]: (Path(folder) / name).read_bytes()
        for folder, _, names in os.walk(out)
        for name in names
        if not name.startswith(".songbuild-")
    }


@contextmanager
def laboratory() -> Iterator[Callable[..., None]]:
    """Everything small and hooked; yields `live(history, threads=1, exits=False)`, which raises AssertionError.

    With `exits` every step's fault is the death of the process that builds.
    """
    toy_time = SimpleNamespace(
        time_ns=lambda: World.clock_ns,
        time=lambda: World.clock_ns / SECOND_NS,
        monotonic=lambda: World.clock_ns / SECOND_NS,
        sleep=time.sleep,
    )

    def live(history: History, threads: int = 1, exits: bool = False) -> None:
        folder = Path(tempfile.mkdtemp(dir=IN_MEMORY))
        try:
            world = World(folder, history, threads, exits)
            for step in history.steps:
                if exits:
                    world.killed(step)
                else:
                    world.live(step)
            if history.clean:
                world.check_clean(folder / "clean")
            world.close()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    with ExitStack() as stack:
        for module, name, value in (
            (store_module, "time", toy_time),
            (traces_module, "time", toy_time),
            (traces_module, "BATCH", 8),
            (store_module, "INLINE_BYTES", 96),
            (run_module, "WHOLE_TILE", 16),
            (work_module, "WHOLE_TILE", 16),
        ):
            stack.enter_context(mock.patch.object(module, name, value))
        stack.enter_context(hooked(lambda: World.current))
        yield live
