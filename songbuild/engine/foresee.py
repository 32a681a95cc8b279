"""Which tiles of a stream a build would run, as far as that can be known without building.

A tile that isn't in the store has no name yet, nor has the state after it; here they get stand-ins made of the tile's
key, and what reads them is looked at with those.  So two tiles that would be equal are one also before they are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from songbuild.engine.blobs import NO_STATE
from songbuild.engine.digests import digest_json
from songbuild.engine.graph import Json
from songbuild.engine.keys import Asked, asked, needs, seen
from songbuild.engine.reader import Stream
from songbuild.engine.songs import Last
from songbuild.engine.store import Store
from songbuild.engine.work import Work

Fate = Literal["reused", "run", "may run"]
PARAMETERS, STATE = "parameters", "state"
ENDLESS = 1 << 62
NOTHING: tuple[str, ...] = ()
_REUSED: Fate = "reused"
_STAND_IN = "not made:"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring tiles of one fate, frames `start` to `stop`, and what brings it about: `causes` holds

    parameters   those that act there have changed
    input NAME   what is read there of an input has changed or may change
    state        only what the tile before hands on may have changed: so it runs until the states meet again

    and is empty where the tiles are reused, or where the last build had none that they could be compared with.
    """

    start: int
    stop: int
    tiles: int
    fate: Fate
    causes: tuple[str, ...] = ()

    @property
    def until_met(self) -> bool:
        """Whether it runs only as long as the states differ from those of the last build."""
        return self.fate == "may run" and self.causes == (STATE,)


@dataclass(frozen=True, slots=True)
class _Step:
    """A tile in the last build: what went into it and the name of the state after it."""

    asked: Asked
    seen: list[Json]
    before: str
    after: str


class Foresight:
    """Looks at the nodes of a graph, inputs before users; `last` is what the last build was made of."""

    def __init__(self, store: Store, last: Last) -> None:
        self._store, self._last = store, last
        self._streams: dict[Work, Stream] = {}
        self._past: dict[Work, Work | None] = {}
        self._coming: dict[str, tuple[str, str]] = {}
        self._doubtful: set[str] = set()

    def look(self, work: Work) -> tuple[Stretch, ...]:
        """The fate of every tile of a stream that isn't complete; () for other nodes.

        Where every tile turns out to be in the store, `work` is complete afterwards.
        """
        if work.complete or work.node.recipe.kind != "stream":
            return ()
        inputs, steps = [self._input(item) for item in work.inputs], self._steps(work)
        stream, states, known = Stream(work.node.channels), [NO_STATE], [step.after for step in steps]
        stretches: list[Stretch] = []
        for at in range(len(work.grid) - 1):
            wanted, what = asked(work, at), seen(inputs, needs(work, at))
            key = wanted.key(work.head, what, states[-1])
            then, fate, causes = steps[at] if at < len(steps) else None, _REUSED, NOTHING
            made = self._find(key)
            if made is None:
                made = self._coming[key] = f"{_STAND_IN}{key}", f"{_STAND_IN}after {key}"
                causes = self._causes(work, wanted, what, then)
                fate = "may run" if any(map(_stand_ins, (states[-1], *what))) else "run"
                if not causes and (then or (fate == "may run" and _REUSED in {stretch.fate for stretch in stretches})):
                    causes = (STATE,)
                    self._doubtful |= {made[0]} if fate == "may run" else set()
            name, after = made
            if not after.startswith(_STAND_IN):
                known.append(after)
            elif known and {*known} == {NO_STATE}:  # nothing has ever been handed on
                after = NO_STATE
            stream.add(name, work.grid[at + 1] - work.grid[at])
            states.append(after)
            _extend(stretches, Stretch(work.grid[at], work.grid[at + 1], 1, fate, causes))
        self._streams[work] = stream
        if work.ready_to_key and not any(name.startswith(_STAND_IN) for name in (*stream.tiles, *states)):
            work.stream, work.states = stream, states[1:]
            work.finish()
        return tuple(stretches)

    def _causes(self, work: Work, wanted: Asked, what: Sequence[Json], then: _Step | None) -> tuple[str, ...]:
        """What has changed of what goes into a tile, the state apart; `then` is that tile in the last build."""
        causes = [PARAMETERS] if then and wanted.digest != then.asked.digest else []
        for place, item in enumerate(work.inputs):
            unmade = _stand_ins(what[place])
            if (unmade and not self._doubtful.issuperset(unmade)) or (
                then and not unmade and what[place] != then.seen[place]
            ):
                causes.append(f"input {item.node.name}")
        return tuple(dict.fromkeys(causes))

    def _find(self, key: str) -> tuple[str, str] | None:
        """The tile of a key and the state after it, where they are in the store or will be by then."""
        if key in self._coming:
            return self._coming[key]
        found = self._store.traces.get(key)
        if found is None or not self._store.blobs.lost.isdisjoint(found):
            return None
        name, after = found
        return str(name), str(after)

    def _input(self, item: Work) -> Stream | str:
        """An input as a key sees it; a stream whose length isn't known yet is one stand-in without an end."""
        if not item.audio:
            return item.content or _STAND_IN + item.node.name
        if item.complete:
            return item.stream
        if item not in self._streams:
            self._streams[item] = Stream(item.node.channels)
            self._streams[item].add(_STAND_IN + item.node.name, ENDLESS)
        return self._streams[item]

    def _steps(self, work: Work) -> list[_Step]:
        """The tiles of the stream in the last build, from the first as far as they are known."""
        past, found, before = self._in_last(work), list[_Step](), NO_STATE
        if past is None:
            return found
        inputs = [item.stream if item.audio else item.content for item in past.inputs]
        for at in range(len(past.grid) - 1):
            wanted, what = asked(past, at), seen(inputs, needs(past, at))
            made = self._find(wanted.key(past.head, what, before))
            if made is None:
                break
            found.append(_Step(wanted, what, before, made[1]))
            before = made[1]
        return found

    def _in_last(self, work: Work) -> Work | None:
        """The node as the last build made it; None where more was different than its parameters and inputs' content."""
        if work not in self._past:
            self._past[work] = self._restored(work)
        return self._past[work]

    def _restored(self, work: Work) -> Work | None:
        old, now = self._last.get(work.node.name), work.preimage()
        if old is None or any(old.get(name) != now[name] for name in ("recipe", "rate", "channels", "grid", "sources")):
            return None
        given = old.get("inputs", [])
        if [name for name, _ in given] != [item.node.name for item in work.inputs]:
            return None
        inputs = [past for item in work.inputs if (past := self._in_last(item))]
        if [past.content for past in inputs] != [content for _, content in given]:
            return None
        past = Work(replace(work.node, params=old["params"]), work.order, work.rate, work.grid, inputs)
        past.head, past.params_digest = work.head, digest_json(old["params"])
        trace = self._store.traces.get(past.key())
        return past if trace is not None and past.restore(trace, self._store) else None


def _stand_ins(what: Json) -> list[str]:
    """The stand-ins in a name, or in what a tile reads of an input."""
    names = [what] if isinstance(what, str) else [piece[0] for piece in what if isinstance(piece, list)]
    return [name for name in names if name.startswith(_STAND_IN)]


def _extend(stretches: list[Stretch], tile: Stretch) -> None:
    """Append a tile; to the last stretch, if all is the same there."""
    if stretches and (stretches[-1].fate, stretches[-1].causes) == (tile.fate, tile.causes):
        last = stretches.pop()
        tile = replace(last, stop=tile.stop, tiles=last.tiles + 1)
    stretches.append(tile)
