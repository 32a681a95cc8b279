"""Delivery: the files made of the masters, the stems and the score."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from songbuild.dsp.resampling import resampled_length
from songbuild.engine import Node, Timeline
from songbuild.engine.graph import Json
from songbuild.problems import Path as SongPath
from songbuild.stages.context import Context
from songbuild.stages.decoded import CONVERT, DECODED
from songbuild.stages.documents import plan_lrc, plan_metadata
from songbuild.stages.encoding import RECIPES, SUMS
from songbuild.stages.entries import FORMATS, Entry, entries
from songbuild.stages.master import MEASURE, Mastered
from songbuild.stages.midi import plan_midi
from songbuild.stages.tags import ORIGINS, song_tags, tag_sources

Span = tuple[int, int]
UNMEASURED = ("wav",)
"""Formats whose files wait for no meter: what they say of themselves has no loudness in it."""


def deliver(context: Context, masters: Mapping[str, Mastered], stems: Mapping[str, Node]) -> dict[str, Node]:
    """The files that the song's `delivery` names: of the masters, where there are any, and of the stems.

    The master is called "", its versions have names, which are the folders of their files.  What measures a file is
    put into `context.delivered`.
    """
    song, name = context.song, slug(context.song.title)
    delivery = song.delivery
    formats: Sequence[str] = delivery.formats if masters else ("stems",)
    outputs: dict[str, Node] = {}
    if masters:
        listed, faults = entries(delivery, context.rate)
        context.faults.extend(faults)
        copies = _Copies(context)
        for version, master in masters.items():
            wanted = listed if master.formats is None else _version_entries(context, version, master.formats)
            title = f"{version}/{name}" if version else name
            outputs |= {title + entry.ending: copies.file(title + entry.ending, master, entry) for entry in wanted}
    if "stems" in formats:
        params = {"bits": delivery.stem_bits, "dither": "tpdf" if delivery.stem_bits == 16 else "none"}
        for strip, node in stems.items():
            file = f"stems/{slug(strip)}.wav"
            if file in outputs:
                other = next(name for name in stems if slug(name) == slug(strip))
                both = f"the stems of '{other}' and '{strip}' would both be {file}"
                context.fault("DEL011", ("delivery", "formats"), both, "give one of them another name")
            outputs[file] = _part(context, file, node, params, strip)
    if "midi" in formats:
        outputs[f"{name}.mid"] = plan_midi(context, f"{name}.mid")
    if "lrc" in formats:
        outputs[f"{name}.lrc"] = plan_lrc(context, f"{name}.lrc")
    if "metadata" in formats:
        outputs[f"{name}-metadata.json"] = plan_metadata(context, f"{name}-metadata.json")
    outputs["SHA256SUMS"] = sums(outputs)
    return outputs


def sums(outputs: Mapping[str, Node]) -> Node:
    """The node that writes the checksums of files."""
    return Node("SHA256SUMS", "delivery", SUMS, {"names": list(outputs)}, tuple(outputs.values()))


def excerpt(context: Context, name: str, node: Node, span: Span | None) -> dict[str, Node]:
    """A 24-bit WAV of some frames of a stream, below preview/."""
    rate = context.rate
    where = "" if span is None else f"-{_clock(span[0] / rate)}-{_clock(span[1] / rate)}"
    file = f"preview/{slug(name)}{where}.wav"
    return {file: _part(context, file, node, {"bits": 24, "dither": "none"}, name, span)}


def _version_entries(context: Context, version: str, formats: Sequence[str]) -> list[Entry]:
    """The files of a version that has formats of its own."""
    own = context.song.delivery.model_copy(update={"formats": list(formats), "files": []})
    found, faults = entries(own, context.rate, ("master", "versions", version))
    context.faults.extend(faults)
    return found


@dataclass(frozen=True)
class _Copies:
    """Plans the files of masters; `streams` holds those at another rate, with what measures them there."""

    context: Context
    streams: dict[tuple[int, int], tuple[Node, Node]] = field(default_factory=dict)

    def file(self, name: str, master: Mastered, entry: Entry) -> Node:
        """The node that writes a file; and in `delivered` what measures it, of a lossy one after decoding it."""
        context = self.context
        stream, measure = self._stream(master, entry.rate)
        frames = resampled_length(context.end, context.rate, entry.rate)
        seed = [context.song.seed, "master"] if entry.dither != "none" else []
        params = {**entry.params, "rate": entry.rate, "start": 0, "stop": frames, "seed": seed}
        params["tags"] = song_tags(context)
        inputs = (stream,) if entry.format in UNMEASURED else (stream, measure)
        sources = tag_sources(context)
        file = Node(name, "delivery", RECIPES[entry.format], params, inputs, sources, origins=_origins(entry))
        if FORMATS[entry.format].lossy:
            about = {"format": entry.format, "rate": entry.rate, "frames": frames}
            measure = Node(f"decoded {name}", "delivery", DECODED, about, (file, stream))
        context.delivered[name] = measure
        return file

    def _stream(self, master: Mastered, rate: int) -> tuple[Node, Node]:
        """A master at a rate, and what measures it there."""
        stream, own, key = master.stream, self.context.rate, (id(master.stream), rate)
        if rate == own:
            return stream, master.measure
        if key not in self.streams:
            name, params = f"{stream.name} at {rate} Hz", {"rate": rate, "frames": self.context.end}
            line = Timeline(rate, (0, resampled_length(self.context.end, own, rate)))
            made = Node(name, "delivery", CONVERT, params, (stream,), channels=stream.channels, timeline=line)
            self.streams[key] = made, Node(f"measure {name}", "delivery", MEASURE, {}, (made,), timeline=line)
        return self.streams[key]


def _origins(entry: Entry) -> dict[tuple[str | int, ...], SongPath]:
    """Where in a song the params of a file's node come from."""
    short = "formats" in entry.path
    found: dict[tuple[str | int, ...], SongPath] = {**ORIGINS, ("seed",): ("seed",)}
    found |= {
        (key,): entry.path if short else (*entry.path, key) for key in ("rate", "bits", "dither", "kbps", "quality")
    }
    if short and entry.format == "mp3":
        found["kbps",] = ("delivery", "mp3_kbps")
    if short and entry.format == "flac":
        found["bits",] = ("delivery", "flac_bits")
    return found


def _part(
    context: Context, file: str, stream: Node, params: Mapping[str, Json], part: str, span: Span | None = None
) -> Node:
    """The node that writes a WAV of a part of the song, which has its name in the title."""
    start, stop = span or (0, context.end)
    seed = [context.song.seed, part] if params["dither"] != "none" else []
    held = {**params, "rate": context.rate, "start": start, "stop": stop, "seed": seed}
    held["tags"] = song_tags(context, part)
    origins = {**ORIGINS, ("bits",): ("delivery",), ("seed",): ("seed",)}
    return Node(file, "delivery", RECIPES["wav"], held, (stream,), tag_sources(context, part), origins=origins)


def slug(text: str) -> str:
    """Text as a file's name: letters and digits of any script in lower case, joined by hyphens."""
    plain = unicodedata.normalize("NFC", text).lower()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return "-".join(words)[:80] or "song"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}m{int(seconds) % 60:02d}s"
