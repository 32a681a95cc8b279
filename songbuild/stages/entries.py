"""What the delivery's list of files comes to: of every file, all that its writer is told, and its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from songbuild.formats import m4a, mp3, ogg, opus
from songbuild.model.delivery import AudioFile, Delivery
from songbuild.problems import Fault
from songbuild.problems import Path as SongPath

RATES = (44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
FLOAT = "32 float"


@dataclass(frozen=True, slots=True)
class Format:
    """What a file format can be: the choices for each of its keys, `kbps` and `quality` as (lowest, highest)."""

    name: str
    suffix: str
    rates: tuple[int, ...]
    bits: tuple[int | str, ...] = ()
    kbps: tuple[int, ...] | range = ()
    usual_kbps: int | None = None
    quality: bool = False

    @property
    def lossy(self) -> bool:
        return not self.bits

    def has(self, key: str) -> bool:
        """Whether `key` of an AudioFile says something about this format."""
        return bool(self.bits if key == "dither" else getattr(self, key))


FORMATS = {
    "wav": Format("a WAV", ".wav", RATES, bits=(16, 24, FLOAT)),
    "bwf": Format("a Broadcast WAV", ".wav", RATES, bits=(16, 24)),
    "flac": Format("a FLAC", ".flac", RATES, bits=(16, 24)),
    "mp3": Format("an MP3", ".mp3", mp3.RATES, kbps=(128, 160, 192, 224, 256, 320), usual_kbps=320),
    "ogg": Format("an Ogg Vorbis", ".ogg", ogg.RATES, quality=True),
    "opus": Format("an Opus", ".opus", (opus.RATE,), kbps=range(16, 511), usual_kbps=128),
    "aac": Format("an AAC", ".m4a", m4a.RATES, kbps=range(64, 321), usual_kbps=256),
}
USUAL_QUALITY = 6.0
HIGHEST_QUALITY = 10.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the master: what its writer is told.  `ending` is what follows the title in its name."""

    format: str
    rate: int
    bits: int | None
    dither: str
    kbps: int | None
    quality: float | None
    ending: str
    path: SongPath

    @property
    def params(self) -> dict[str, Any]:
        """What of it makes the file's bytes, besides `rate`."""
        if self.bits is not None:
            return {"bits": self.bits, "dither": self.dither}
        return {"kbps": self.kbps} if self.kbps is not None else {"quality": self.quality}


def entries(delivery: Delivery, rate: int, path: SongPath = ("delivery",)) -> tuple[list[Entry], list[Fault]]:
    """The files of a master at `rate` Hz that a delivery, written at `path`, asks for; and what it can't have."""
    found: list[Entry] = []
    faults: list[Fault] = []
    for file, place in _asked(delivery, path):
        wrong = [*_wrong(file, place)]
        faults += wrong
        if wrong:
            continue
        entry = _entry(file, place, delivery, rate)
        if any(entry.ending == other.ending for other in found):
            message = f"TITLE{entry.ending} is asked for twice"
            faults.append(Fault("DEL012", place, message, "take one of them out, also of formats"))
        else:
            found.append(entry)
    return found, faults


def _asked(delivery: Delivery, path: SongPath) -> Iterator[tuple[AudioFile, SongPath]]:
    """Every audio file of the master, short names first, and where it is written."""
    short: dict[str, AudioFile] = {
        "wav24": AudioFile(format="wav", bits=24),
        "wav16": AudioFile(format="wav", bits=16),
        **{name: AudioFile(format=name) for name in ("bwf", "flac", "mp3", "ogg", "opus", "aac")},
    }
    for name, file in short.items():
        if name in delivery.formats:
            yield file, (*path, "formats", delivery.formats.index(name))
    for index, file in enumerate(delivery.files):
        yield file, (*path, "files", index)


def _wrong(file: AudioFile, path: SongPath) -> Iterator[Fault]:
    """What of a file its format can't have."""
    form = FORMATS[file.format]
    keys = [key for key in ("bits", "dither", "kbps", "quality") if form.has(key)]
    for key in ("bits", "dither", "kbps", "quality"):
        if getattr(file, key) is not None and not form.has(key):
            yield Fault(
                "DEL010", (*path, key), f"{form.name} has no {key}", f"it has rate, {', '.join(keys)}", key=True
            )
    checks: tuple[tuple[str, Sequence[Any], str], ...] = (
        ("rate", form.rates, "Hz"),
        ("bits", form.bits, "bits"),
        ("kbps", form.kbps, "kbps"),
    )
    for key, choices, unit in checks:
        value = getattr(file, key)
        if value is not None and choices and value not in choices:
            yield Fault("DEL010", (*path, key), f"{form.name} can't have {_number(value)} {unit}", _only(choices))
    if form.quality and file.quality is not None and not 0.0 <= file.quality <= HIGHEST_QUALITY:
        message = f"{form.name} can't have a quality of {_number(file.quality)}"
        yield Fault("DEL010", (*path, "quality"), message, f"0 to {_number(HIGHEST_QUALITY)}")
    if file.dither == "shaped" and form.bits and file.bits != 16:
        message = "shaped dither is for 16 bits: below 24 bits there is nothing to hear"
        yield Fault("DEL010", (*path, "dither"), message, "write bits: 16, or dither: none")
    if file.dither not in (None, "none") and file.bits == FLOAT:
        yield Fault("DEL010", (*path, "dither"), "floats are not rounded: they need no dither", "leave it out")
    if file.format == "aac" and not m4a.available():
        hint = "install it: pip install 'songbuild[aac]'"
        yield Fault("DEL013", path, "AAC needs PyAV, which isn't installed", hint)


def _entry(file: AudioFile, path: SongPath, delivery: Delivery, song_rate: int) -> Entry:
    """A file with what is usual filled in, and what is not in its name."""
    form = FORMATS[file.format]
    usual_rate = nearest_rate(song_rate, form.rates)
    rate = round(file.rate) if file.rate is not None else usual_rate
    parts = ["-bwf"] if file.format == "bwf" else []
    parts += _unless(rate, usual_rate, lambda: f"-{_number(rate / 1000)}khz")
    bits, dither, kbps, quality = None, "none", None, None
    if form.bits:
        usual_bits = delivery.flac_bits if file.format == "flac" else 24
        written: int | str = file.bits or usual_bits
        bits = 32 if written == FLOAT else int(written)
        shown = "-32bit-float" if written == FLOAT else f"-{bits}bit"
        parts += [shown] if file.format == "wav" else _unless(bits, usual_bits, lambda: shown)
        usual_dither = "tpdf" if bits == 16 else "none"
        dither = file.dither or usual_dither
        parts += _unless(dither, usual_dither, lambda: "-undithered" if dither == "none" else f"-{dither}")
    elif form.quality:
        quality = USUAL_QUALITY if file.quality is None else file.quality
        parts += _unless(quality, USUAL_QUALITY, lambda: f"-q{_number(quality)}")
    else:
        usual_kbps = delivery.mp3_kbps if file.format == "mp3" else form.usual_kbps
        kbps = file.kbps or usual_kbps
        parts += _unless(kbps, usual_kbps, lambda: f"-{kbps}kbps")
    return Entry(file.format, rate, bits, dither, kbps, quality, "".join(parts) + form.suffix, path)


def nearest_rate(rate: int, rates: Sequence[int]) -> int:
    """`rate` itself where a format has it, else its highest one of which `rate` is a multiple, else its highest."""
    return rate if rate in rates else max((r for r in rates if rate % r == 0), default=max(rates))


def _unless(value: Any, usual: Any, part: Callable[[], str]) -> list[str]:
    return [] if value == usual else [part()]


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _only(choices: Sequence[Any]) -> str:
    if isinstance(choices, range):
        return f"{choices[0]} to {choices[-1]}"
    return f"only {', '.join(map(str, choices))}"
