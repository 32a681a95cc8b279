"""Running one step of a node: a tile of a stream, a tile of a whole, a value, a file."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songbuild.engine.blobs import NO_STATE
from songbuild.engine.digests import canonical, digest_json
from songbuild.engine.errors import Cancelled, DamagedBlob, EngineError, RecipeError
from songbuild.engine.graph import Json, State
from songbuild.engine.keys import Asked, asked, needs, seen
from songbuild.engine.reader import Reader
from songbuild.engine.store import Store
from songbuild.engine.tiles import Cut, Input, Job, make, put
from songbuild.engine.work import FORMAT, WHOLE_TILE, MadeFile, Work

if TYPE_CHECKING:
    from songbuild.engine.blobs import Stored
    from songbuild.engine.hands import Hand

_UNLOADED = object()


@dataclass(slots=True, eq=False)
class Runner:
    """How one node is run, step by step.  `pulse` is called before every read and raises Cancelled; `ran` counts
    the steps that called the recipe, `made` is whether the last one made a tile of a stream, `damaged` whether a read
    found a blob missing or bad."""

    work: Work
    store: Store
    pulse: Callable[[], None]
    suffix: str = ""
    ran: int = 0
    made: bool = False
    seconds: float = 0.0
    needs: Sequence[tuple[int, int]] = ()
    corrupt: bool = False
    damaged: bool = False
    _state: Any = _UNLOADED
    _pieces: Iterator[Stored] | None = None

    def prepare(self) -> None:
        """Find out what the next tile of a stream needs: a range of frames of each input that is audio."""
        at = len(self.work.stream.tiles)
        more = self.work.node.recipe.kind == "stream" and at + 1 < len(self.work.grid)
        self.needs = needs(self.work, at) if more else ()

    def step(self, hand: Hand | None = None) -> bool:
        """Do the next piece of work; True when the node is complete.  A `hand` makes the tiles of a stream.

        Raises RecipeError for trouble the user can see to, DamagedBlob for an input that has to be made again.
        """
        began, self.made = time.perf_counter(), False
        try:
            if self.work.node.recipe.kind == "stream":
                return self._stream_tile(hand)
            steps = {"whole": self._whole_tile, "value": self._value, "file": self._file}
            if self._pieces is None:
                self._check_sources("was changed after the build began")
            try:
                done = steps[self.work.node.recipe.kind]()
            except (Cancelled, DamagedBlob, EngineError):
                raise
            except Exception:
                self._check_sources("changed while it was read")
                raise
            if done:
                self._check_sources("changed while it was read")
                self.work.finish()
                self.store.traces.put(self.work.key(), self.work.outputs())
            return done
        finally:
            self.seconds += time.perf_counter() - began

    def close(self) -> None:
        """Give up a recipe that is half-way."""
        closer = getattr(self._pieces, "close", None)
        if closer is not None:
            with suppress(Exception):
                closer()

    def _stream_tile(self, hand: Hand | None) -> bool:
        work, store = self.work, self.store
        at, count = len(work.stream.tiles), len(work.grid) - 1
        if at < count:
            wanted = asked(work, at)
            read = seen([item.stream if item.audio else item.content for item in work.inputs], self.needs)
            key = wanted.key(work.head, read, work.states[-1] if work.states else NO_STATE)
            found = store.traces.get(key)
            if found is not None and store.blobs.lost.isdisjoint(found):
                name, after = found
                self._state = _UNLOADED
            else:
                name, after = self._make(wanted, hand)
                store.traces.put(key, [name, after])
                self.made = True
            work.states.append(after)
            work.stream.add(name, wanted.tile.frames)
            at += 1
        if at < count or not work.ready_to_key:  # never complete before an input that may still fail
            self.prepare()
            return False
        work.finish()
        store.traces.put(work.key(), work.outputs())
        return True

    def _make(self, wanted: Asked, hand: Hand | None) -> tuple[str, str]:
        work, ranges = self.work, iter(self.needs)
        inputs: list[Input] = [
            Cut(item.stream.channels, [*item.stream.pieces(*next(ranges))]) if item.audio else self._input(item)
            for item in work.inputs
        ]
        job = Job(wanted.tile, work.stream.frames, wanted.params, inputs, work.states[-1] if work.states else NO_STATE)
        self.ran += 1
        if hand is not None:
            made: tuple[str, str] = self._guard(hand.make, work.order, job)
            return made
        if self._state is _UNLOADED:
            self._state = self._guard(self.store.state, job.before)
        name, after, self._state = make(work.node, job, self.store, self._state, self._fetch)
        return name, after

    def _whole_tile(self) -> bool:
        """Pull from the recipe until a tile is full; what it yields may be of any length."""
        if self._pieces is None:
            self.ran = 1
            self._pieces = _cut(self._run(self.work), self.work.node.channels, self.work.node.name)
        tile = next(self._pieces, None)
        if self.damaged:
            raise DamagedBlob(self.work.node.name, self.corrupt)
        if tile is None:
            return True
        place = self.work.stream.frames
        name = put(tile, self.store, self.work.node.name, place, self.work.rate)
        self.work.stream.add(name, tile.shape[1])
        return False

    def _value(self) -> bool:
        self.ran = 1
        self.work.value = _plain(self._run(self.work), self.work.node.name)
        return True

    def _file(self) -> bool:
        self.ran = 1
        with self.store.blobs.part(self.suffix) as path:
            facts = _plain(self._run(self.work, path), self.work.node.name)
            if self.damaged:
                raise DamagedBlob(self.work.node.name, self.corrupt)
            digest, size = self.store.blobs.put_file(path)
        place = self._guard(self.store.blobs.file, digest, False)
        self.work.file = MadeFile(place, digest, size, facts)
        return True

    def _run(self, work: Work, *more: Path) -> Any:
        memo = _Memo(self.store, work.node.recipe.id, work.node.recipe.revision, work.rate)
        inputs = [
            Reader(item.stream, item.rate, self._fetch, memo) if item.audio else self._input(item)
            for item in work.inputs
        ]
        files = tuple(source.path for source in work.node.sources)
        found = work.node.recipe.run(inputs, work.node.params, work.rate, files, *more)
        if self.damaged:  # a recipe that catches every exception doesn't get away with it
            raise DamagedBlob(work.node.name, self.corrupt)
        return found

    def _input(self, item: Work) -> Json | MadeFile:
        if item.file is not None:
            self._guard(self.store.blobs.file, item.file.digest)
        return item.value if item.file is None else item.file

    def _fetch(self, name: str) -> Stored:
        self.pulse()
        found: Stored = self._guard(self.store.audio, name)
        return found

    def _guard(self, read: Callable[..., Any], *names: Any) -> Any:
        try:
            return read(*names)
        except DamagedBlob as error:
            self.damaged, self.corrupt = True, self.corrupt or error.corrupt
            raise

    def _check_sources(self, complaint: str) -> None:
        """Raise RecipeError if a file that the node reads isn't what it was when the build was planned."""
        for source in self.work.node.sources:
            try:
                same = self.store.digest_file(source.path) == source.digest
            except OSError as error:
                raise RecipeError(
                    f"{source.path.name} can't be read: {error.strerror}", path=str(source.path)
                ) from None
            if not same:
                raise RecipeError(f"{source.path.name} {complaint}", "render again", str(source.path))


@dataclass(frozen=True, slots=True)
class _Memo:
    """The steps of folds of one recipe, in the store."""

    store: Store
    recipe: str
    revision: int
    rate: int

    def recall(self, key: Json) -> tuple[State, str, State] | None:
        found = self.store.traces.get(self._digest(key))
        if found is None or not self.store.blobs.lost.isdisjoint(found):
            return None
        part, after = found
        try:
            return self.store.state(part), after, self.store.state(after)
        except DamagedBlob:  # it is made again
            return None

    def keep(self, key: Json, part: State, state: State) -> tuple[State, str, State]:
        part_name, part = self.store.put_state(part, snap=False)  # it is what comes out, not what is handed on
        after, state = self.store.put_state(state)
        self.store.traces.put(self._digest(key), [part_name, after])
        return part, after, state

    def _digest(self, key: Json) -> str:
        return digest_json([FORMAT, "fold", self.recipe, self.revision, self.rate, key])


def _cut(pieces: Any, channels: int, name: str) -> Iterator[Stored]:
    """Arrays (channels, any n) -> float32 arrays (channels, WHOLE_TILE), the last one shorter.

    What was handed out isn't held while the next one is waited for: a song may decode many files at once.
    """
    import numpy as np

    tiles: list[Stored] = []
    filled = 0
    for piece in pieces:
        if piece.ndim != 2 or piece.shape[0] != channels:
            raise ValueError(f"{name}: made {piece.shape}, not {(channels, 'n')}")
        place = 0
        while place < piece.shape[1]:
            if not tiles:
                tiles, filled = [np.empty((channels, WHOLE_TILE), "<f4")], 0
            count = min(WHOLE_TILE - filled, piece.shape[1] - place)
            with np.errstate(over="ignore"):
                tiles[0][:, filled : filled + count] = piece[:, place : place + count]
            place, filled = place + count, filled + count
            if filled == WHOLE_TILE:
                yield tiles.pop()
    if tiles:
        yield tiles.pop()[:, :filled]


def _plain(value: Json, name: str) -> Json:
    """A value as it will be read back from a trace.  Raises RecipeError for NaN; infinity is a value."""
    text = canonical(value)

    def refuse(constant: str) -> float:
        if constant == "NaN":
            raise RecipeError(f"{name} puts out NaN")
        return float(constant)

    return json.loads(text, parse_constant=refuse)
