"""Delivery: the files made of the master, the stems and the score."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from songbuild.devices.device import Audio
from songbuild.dsp.dither import Integers, quantise
from songbuild.engine import MadeFile, Node, Reader, Recipe, Source
from songbuild.engine.graph import Json
from songbuild.formats import mp3
from songbuild.formats.artwork import PictureError, read_picture
from songbuild.formats.flac import write_flac
from songbuild.formats.sums import write_sums
from songbuild.formats.tags import Tags, id3_bytes, tag_flac, tag_mp3
from songbuild.formats.wav import write_wav
from songbuild.model.song import Song
from songbuild.problems import Path as SongPath
from songbuild.stages.context import Context
from songbuild.stages.midi import plan_midi

Span = tuple[int, int]
BLOCK = 1 << 16
"""Frames quantised and written at once."""


@dataclass
class Taken:
    """The frames `span` of a stream, block by block, and what was seen of them."""

    reader: Reader
    span: Span
    clipped: int = 0

    def blocks(self) -> Iterator[tuple[int, Audio]]:
        """(frames since the span's start, samples (channels, n))."""
        start, stop = self.span
        for at in range(start, stop, BLOCK):
            yield at - start, self.reader.read(at, min(at + BLOCK, stop))

    def integers(self, bits: int, seed: Json) -> Iterator[Integers]:
        """The blocks as integers: 16 bits with dither; 24, whose rounding is below any converter's noise, without."""
        key = ("dither", *seed, bits) if bits == 16 else None
        for at, x in self.blocks():
            y, clipped = quantise(x, bits, key, at)
            self.clipped += clipped
            yield y

    def floats(self) -> Iterator[Audio]:
        """The blocks as they are."""
        for _, x in self.blocks():
            self.clipped += int(np.count_nonzero(np.abs(x) > 1.0))
            yield x


def _tags(params: Mapping[str, Json], files: Sequence[Path]) -> Tags:
    """The tags of a file; artwork is the only file such a node reads."""
    given = dict(params["tags"])
    people = tuple((role, name) for role, name in given.pop("credits"))
    picture = (read_picture(files[0]), files[0].read_bytes()) if files else None
    return Tags(**given, credits=people, picture=picture)


def _facts(frames: int, taken: Taken) -> Json:
    return {"frames": frames, "clipped": taken.clipped}


def _taken(inputs: Sequence[Any], params: Mapping[str, Json]) -> Taken:
    return Taken(inputs[0], (params["start"], params["stop"]))


def _wav(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path) -> Json:
    taken, bits = _taken(inputs, params), params["bits"]
    blocks = taken.integers(bits, params["seed"])
    return _facts(write_wav(path, blocks, rate, taken.reader.channels, bits, id3_bytes(_tags(params, files))), taken)


def _flac(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path) -> Json:
    taken, bits = _taken(inputs, params), params["bits"]
    frames = write_flac(path, taken.integers(bits, params["seed"]), rate, taken.reader.channels, bits)
    tag_flac(path, _tags(params, files))
    return _facts(frames, taken)


def _mp3(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path) -> Json:
    taken = _taken(inputs, params)
    frames = mp3.write_mp3(path, taken.floats(), rate, taken.reader.channels, params["kbps"])
    tag_mp3(path, _tags(params, files))
    return _facts(frames, taken)


def _sums(
    inputs: Sequence[MadeFile],
    params: Mapping[str, Json],
    rate: int,
    files: Sequence[Path],
    path: Path,
) -> Json:
    write_sums(path, [(name, made.path) for name, made in zip(params["names"], inputs, strict=True)])
    return {}


WAV = Recipe("delivery.wav", 2, "file", _wav)
FLAC = Recipe("delivery.flac", 2, "file", _flac)
MP3 = Recipe("delivery.mp3", 2, "file", _mp3)
SUMS = Recipe("delivery.sums", 1, "file", _sums)


def deliver(context: Context, master: Node | None, stems: Mapping[str, Node]) -> dict[str, Node]:
    """The files that the song's `delivery` names: of the master, where there is one, and of the stems."""
    song, name = context.song, slug(context.song.title)
    delivery = song.delivery
    formats: Sequence[str] = delivery.formats if master is not None else ("stems",)
    outputs: dict[str, Node] = {}
    if master is not None:
        for kind, file, recipe, params in (
            ("wav24", f"{name}-24bit.wav", WAV, {"bits": 24}),
            ("wav16", f"{name}-16bit.wav", WAV, {"bits": 16}),
            ("flac", f"{name}.flac", FLAC, {"bits": delivery.flac_bits}),
            ("mp3", f"{name}.mp3", MP3, {"kbps": delivery.mp3_kbps}),
        ):
            if kind in formats:
                outputs[file] = _file(context, file, recipe, master, params)
        if "mp3" in formats and context.rate not in mp3.RATES:
            rates = ", ".join(map(str, mp3.RATES))
            context.fault("DEL010", ("delivery", "formats"), f"an MP3 can't have {context.rate} Hz", f"only {rates}")
    if "stems" in formats:
        for strip, node in stems.items():
            file = f"stems/{slug(strip)}.wav"
            if file in outputs:
                other = next(name for name in stems if slug(name) == slug(strip))
                both = f"the stems of '{other}' and '{strip}' would both be {file}"
                context.fault("DEL011", ("delivery", "formats"), both, "give one of them another name")
            outputs[file] = _file(context, file, WAV, node, {"bits": delivery.stem_bits}, strip)
    if "midi" in formats:
        outputs[f"{name}.mid"] = plan_midi(context, f"{name}.mid")
    nodes = tuple(outputs.values())
    outputs["SHA256SUMS"] = Node("SHA256SUMS", "delivery", SUMS, {"names": list(outputs)}, nodes)
    return outputs


def excerpt(context: Context, name: str, node: Node, span: Span | None) -> dict[str, Node]:
    """A 24-bit WAV of some frames of a stream, below preview/."""
    rate = context.rate
    where = "" if span is None else f"-{_clock(span[0] / rate)}-{_clock(span[1] / rate)}"
    file = f"preview/{slug(name)}{where}.wav"
    return {file: _file(context, file, WAV, node, {"bits": 24}, name, span)}


def _file(
    context: Context,
    file: str,
    recipe: Recipe,
    stream: Node,
    params: Mapping[str, Json],
    part: str | None = None,
    span: Span | None = None,
) -> Node:
    """The node that writes one file of a stream; a `part` of the song has its name in the title, and no artwork."""
    song = context.song
    tags = _song_tags(song)
    sources: tuple[Source, ...] = ()
    if part is not None:
        tags["title"] = f"{song.title} ({part})"
    elif song.artwork is not None:
        try:
            read_picture(context.folder / song.artwork)
            sources = (context.source(song.artwork),)
        except (OSError, PictureError):
            pass  # the check on artwork has said so
    start, stop = span or (0, context.end)
    place = {"start": start, "stop": stop, "seed": [song.seed, part or "master"]}
    origins: dict[tuple[str | int, ...], SongPath] = {
        ("tags",): (),
        ("kbps",): ("delivery", "mp3_kbps"),
        ("bits",): ("delivery",),
        ("seed",): ("seed",),
    }
    return Node(file, "delivery", recipe, {**params, **place, "tags": tags}, (stream,), sources, origins=origins)


def _song_tags(song: Song) -> dict[str, Json]:
    people = [
        [role, name] for role, names in song.credits.items() for name in ([names] if isinstance(names, str) else names)
    ]
    return {
        "title": song.title,
        "artist": song.artist,
        "album": song.album or "",
        "track": "" if song.track_number is None else str(song.track_number),
        "date": song.date or "",
        "genre": song.genre or "",
        "isrc": (song.isrc or "").replace("-", ""),
        "copyright": song.copyright or "",
        "comment": song.comment or "",
        "credits": people,
    }


def slug(text: str) -> str:
    """Text as a file's name: letters and digits of any script in lower case, joined by hyphens."""
    plain = unicodedata.normalize("NFC", text).lower()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return "-".join(words)[:80] or "song"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}m{int(seconds) % 60:02d}s"
