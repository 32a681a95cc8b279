"""What a build came to against what a lock says: which node, which tile, which sample, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from songbuild.api.locks.lockfile import LockFile
from songbuild.api.locks.nulling import Null, Samples, audio_digest, null, null_files
from songbuild.api.project import Project
from songbuild.engine import Built, Graph, Store, Stream, digest_json
from songbuild.engine.blobs import is_blob
from songbuild.engine.errors import DamagedBlob
from songbuild.formats.audio import probe
from songbuild.model.lock import DeliveredFile
from songbuild.problems import Problem
from songbuild.stages.album_master import LOUDEST
from songbuild.stages.bars import Bars
from songbuild.stages.master import GAIN

GAIN_CODE, NODE, DELIVERED = "LOCK038", "LOCK039", "LOCK040"
TILE_LETTERS = 12
"""Of a tile's name, so many are locked: enough to find it, few enough for a line of text."""
SILENT = "-"
GAINS = (GAIN.id, LOUDEST.id)
"""Recipes whose value is the gain, in dB, that reaches a loudness."""


@dataclass(frozen=True)
class Outcome:
    """What a build put out: streams, digests of values and loudness gains by their nodes, digests of files by their
    names."""

    streams: Mapping[str, Stream]
    values: Mapping[str, str]
    files: Mapping[str, str]
    gain_db: Mapping[str, float]

    def nodes(self) -> dict[str, str]:
        """Each node as a lock has it."""
        return {name: _spelled(stream) for name, stream in self.streams.items()} | dict(self.values)


def outcome_of(built: Built, graph: Graph) -> Outcome:
    """What is kept of a build to compare it."""
    gains = {node.name for node in graph.nodes() if node.recipe.id in GAINS} & built.values.keys()
    values = {name: digest_json(value) for name, value in built.values.items()}
    files = {name: made.digest for name, made in built.outputs.items()}
    return Outcome(built.streams, values, files, {name: built.values[name] for name in sorted(gains)})


def _spelled(stream: Stream) -> str:
    """A stream as a lock has it: a digest of all of it, then the start of each tile's name."""
    whole = digest_json([stream.channels, stream.frames, stream.tiles])
    return " ".join([whole, *(name[:TILE_LETTERS] if is_blob(name) else SILENT for name in stream.tiles)])


@dataclass(frozen=True)
class Finding:
    """One difference: the problem it is, and its facts for programs.

    Facts: `node` or `file`; `tile`, counted from 1; `frame` and `channel` where it begins, counted from 0; `null_db`,
    the largest sample of the difference in dBFS.  What can't be known is left out.
    """

    problem: Problem
    facts: dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """A lock and the project that it is of; the cache that may hold what was locked and the one that holds what was
    built now; `folder` is where the delivered files are."""

    locked: LockFile
    project: Project
    old: Store
    new: Store
    folder: Path

    def findings(self, now: Outcome) -> list[Finding]:
        """Where differences begin: nodes and files whose inputs are as locked.

        Where the locked audio of such a node is gone, the delivered files that it changes are compared instead.
        """
        lock, made, nodes = self.locked.lock, now.nodes(), self.project.graph.nodes()
        names = {node.name: file for file, node in self.project.graph.outputs.items()}
        unlike = {name for name in (*lock.nodes, *made) if lock.nodes.get(name) != made.get(name)}
        unlike |= {name for name, file in names.items() if self._file_differs(file, now)}
        first = {n.name for n in nodes if n.name in unlike and unlike.isdisjoint(item.name for item in n.inputs)}
        first |= unlike - {node.name for node in nodes}
        order = [*(node.name for node in nodes), *sorted(unlike)]
        found = [self._node(name, now) for name in dict.fromkeys(order) if name in first and name not in names]
        told = any("null_db" in finding.facts for finding in found)
        for name, file in names.items():
            if name in first or (name in unlike and found and not told and lock.delivered[file].audio):
                found.append(self._file(file, now))
        gone = [file for file in lock.delivered if file not in now.files]
        found += [self._finding(DELIVERED, ("delivered", file), f"{file} is not made", {"file": file}) for file in gone]
        return found or [*self._gains(now)]

    def _gains(self, now: Outcome) -> Iterator[Finding]:
        """Loudness gains that are others than the lock says, though the nodes are as locked: it was edited."""
        locked = self.locked.lock.loudness_gain_db
        for name in dict.fromkeys((*locked, *now.gain_db)):
            was, gain_db = locked.get(name), now.gain_db.get(name)
            if was != gain_db:
                message = f"the gain of {name} is {gain_db} dB, locked {was}"
                yield self._finding(GAIN_CODE, ("loudness_gain_db", name), message, {"gain_db": gain_db})

    def edited(self, now: Outcome) -> list[Finding]:
        """Delivered files in the folder that are not the locked ones; one that isn't there is no difference."""
        found = []
        for name, file in self._delivered():
            place = self.folder / name
            if not place.is_file() or self.old.digest_file(place) == file.digest:
                continue
            same = now.files.get(name) == file.digest
            said, facts = self._heard(name, place, self.new.file_blob(file.digest) if same else None)
            message = f"{place} is not the file that was locked{said}"
            found.append(self._finding(DELIVERED, ("delivered", name), message, {"file": name, **facts}))
        return found

    def within(self, now: Outcome, tolerance_db: float) -> tuple[list[str], list[Finding]]:
        """What delivered audio comes to, in a sentence each, and what doesn't null below `tolerance_db` dBFS."""
        said: list[str] = []
        found: list[Finding] = []
        for name, file in self._delivered():
            if file.audio is None:
                continue
            digest = now.files.get(name)
            made = self.new.file_blob(digest) if digest else None
            if made is not None and (digest == file.digest or audio_digest(made) == file.audio):
                said.append(f"{name}: the same audio")
                continue
            reference = self._reference(name)
            left = null_files(reference, made) if reference and made else None
            if left is not None and left.depth_db <= tolerance_db:
                said.append(f"{name}: null {left.depth_db:.1f} dBFS")
                continue
            missing = f", and the locked file is neither {self.folder / name} nor in the cache" if not reference else ""
            words, facts = self._words(left, self._in_file(name, reference or made)) if left else (missing, {})
            message = f"{name} doesn't null below {tolerance_db:g} dBFS{words}"
            found.append(self._finding(DELIVERED, ("delivered", name), message, {"file": name, **facts}))
        return said, found

    def _delivered(self) -> list[tuple[str, DeliveredFile]]:
        """The locked files that the project delivers; a lock names no others that are ever opened."""
        known = self.project.graph.outputs
        return [(name, file) for name, file in self.locked.lock.delivered.items() if name in known]

    def _file_differs(self, name: str, now: Outcome) -> bool:
        locked = self.locked.lock.delivered.get(name)
        return name in now.files and (locked is None or locked.digest != now.files[name])

    def _finding(self, code: str, path: tuple[str, ...], message: str, facts: dict[str, Any]) -> Finding:
        return Finding(self.locked.problem(code, path, message), facts)

    def _node(self, name: str, now: Outcome) -> Finding:
        was, stream = self.locked.lock.nodes.get(name), now.streams.get(name)
        path, facts = ("nodes", name), {"node": name, **self._song(name)}
        if was is None or (stream is None and name not in now.values):
            message = f"{name} is not {'locked' if was is None else 'made'}"
        elif stream is None:
            message = f"{name} has another value than the locked one"
        else:
            words, more = self._stream(name, was.split()[1:], stream)
            message, facts = f"{name}: {words}", {**facts, **more}
        return self._finding(NODE, path, message, facts)

    def _song(self, name: str) -> dict[str, str]:
        """The song of an album that a node belongs to, as a fact."""
        label = self.project.part_of(name)[0].label
        return {"song": label} if label else {}

    def _stream(self, name: str, locked: Sequence[str], stream: Stream) -> tuple[str, dict[str, Any]]:
        """Which tile of a stream is the first that isn't as locked, and what can be said of it."""
        now = _spelled(stream).split()[1:]
        unlike = [place for place, names in enumerate(zip(locked, now, strict=False)) if names[0] != names[1]]
        if len(locked) != len(now) or not unlike:
            return f"{len(now)} tiles of {stream.frames} frames, locked were {len(locked)}", {}
        first, start = unlike[0], stream.starts[unlike[0]]
        scale = self._in_node(name)
        tile = f"tile {first + 1} of {len(now)} at {scale.place(start)} is not as locked"
        left = self._null(locked, stream, unlike)
        if left is None or left.frame is None:
            return f"{tile}, and the locked one is gone from the cache", {"tile": first + 1}
        words, facts = self._words(left, scale)
        return f"{tile}{words}", {"tile": first + 1, **facts}

    def _null(self, locked: Sequence[str], stream: Stream, unlike: Sequence[int]) -> Null | None:
        """The null of a stream's tiles against the locked ones; None where the first of these is gone."""
        pairs = []
        try:
            for place in unlike:
                start, stop = stream.starts[place], stream.starts[place + 1]
                before = self._tile(locked[place], stream.channels, stop - start)
                if before is not None:
                    pairs.append((start, before, self.new.audio(stream.tiles[place])))
                elif not pairs:
                    return None
            return null(pairs)
        except DamagedBlob:
            return None

    def _tile(self, letters: str, channels: int, frames: int) -> Samples | None:
        """The locked tile whose name begins so, if it is still in the cache."""
        if letters == SILENT:
            return np.zeros((channels, frames), np.float32)
        names = self.old.blobs.named(letters)
        return self.old.audio(names[0]) if len(names) == 1 else None

    def _file(self, name: str, now: Outcome) -> Finding:
        locked, path, facts = self.locked.lock.delivered.get(name), ("delivered", name), {"file": name}
        if locked is None:
            return self._finding(DELIVERED, path, f"{name} is not locked", facts)
        made = self.new.file_blob(now.files[name])
        if locked.audio is not None and made is not None and audio_digest(made) == locked.audio:
            return self._finding(DELIVERED, path, f"{name}: its audio is as locked, the rest of the file is not", facts)
        said, more = self._heard(name, made, self._reference(name))
        return self._finding(DELIVERED, path, f"{name} is not as locked{said}", {**facts, **more})

    def _heard(self, name: str, made: Path | None, reference: Path | None) -> tuple[str, dict[str, Any]]:
        """How the audio of a file differs from that of the locked one, in words and facts."""
        if self.locked.lock.delivered[name].audio is None or made is None:
            return "", {}
        if reference is None:
            return f"; the locked file is neither in {self.folder} nor in the cache", {}
        left = null_files(reference, made)
        return self._words(left, self._in_file(name, made)) if left else ("; it can't be compared as audio", {})

    def _reference(self, name: str) -> Path | None:
        """A delivered file as it was locked: the one in the folder, or a copy in the cache."""
        digest, place = self.locked.lock.delivered[name].digest, self.folder / name
        if place.is_file() and self.old.digest_file(place) == digest:
            return place
        return self.old.file_blob(digest)

    def _words(self, left: Null, scale: Scale) -> tuple[str, dict[str, Any]]:
        if left.frame is None:
            return "; its audio is the same", {}
        facts = {"frame": left.frame, "channel": left.channel, "null_db": round(left.depth_db, 1)}
        where = f"{scale.place(left.frame)}, channel {left.channel + 1}"
        return f"; it first differs at {where}, and nulls to {left.depth_db:.1f} dBFS", facts

    def _in_node(self, name: str) -> Scale:
        """Places in what a node puts out."""
        node = next(node for node in self.project.graph.nodes() if node.name == name)
        rate = self.project.rate(node)
        return Scale(rate, self.project.bars(name, rate))

    def _in_file(self, name: str, path: Path | None) -> Scale:
        """Places in a delivered file, of which `path` is a copy."""
        rate = probe(path).rate if path is not None else self.project.graph.rate
        return Scale(rate, self.project.bars(name, rate))


@dataclass(frozen=True)
class Scale:
    """How frames are told: by the sample rate in Hz and, in a song, by its bars."""

    rate: int
    bars: Bars | None

    def place(self, frame: int) -> str:
        """'sample 88200 (2.000 s, bar 3)'."""
        return f"sample {frame} ({frame / self.rate:.3f} s{self.bars.words([frame]) if self.bars else ''})"
