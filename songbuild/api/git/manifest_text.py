"""A manifest as text whose lines git compares: a fact a line, bars of music as lines, in an order of its own.

Comments, the order of keys, quotes, defaults written out and spellings of units leave no trace.  A file is read alone,
as git hands it over: of its song nothing is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from songbuild.diff.desk.values import name_of, shown
from songbuild.diff.tree import model_of, plain
from songbuild.diff.units import units_of
from songbuild.diff.words import words
from songbuild.manifest.source import read_source
from songbuild.manifest.tree import Tree, validate
from songbuild.manifest.yaml_reader import Key, Node, read_yaml
from songbuild.model.album import Album
from songbuild.model.arrangement import Arrangement, Section, Track
from songbuild.model.composition import Composition, Pattern
from songbuild.model.delivery import Delivery
from songbuild.model.device import Device
from songbuild.model.master import Master
from songbuild.model.mix import Mix, Send
from songbuild.model.recordings import Recording
from songbuild.model.song import IN_FILES, STAGES, Song
from songbuild.units import Params

_KINDS: tuple[type[Params], ...] = (Composition, Arrangement, Mix, Master, Delivery, Album, Song)
"""What a manifest can be, the first that has all of its keys; a file of recordings has names for keys."""
_MUSIC = ("notes", "degrees", "chords", "lyrics", "rhythm")
_STRIPS = {"channels": "", "buses": "bus ", "returns": "return "}


def manifest_text(path: Path) -> list[str] | None:
    """The lines of a manifest; None for a file that can't be read as one."""
    source, _ = read_source(path, path.name)
    if source is None:
        return None
    data, root, problems = read_yaml(source)
    if root is None or not isinstance(data, dict) or any(problem.severity == "error" for problem in problems):
        return None
    return list(_manifest(data, root))


def own_lines(path: Path) -> list[str]:
    """The lines of a text file as they are."""
    return path.read_text("utf-8", "replace").splitlines()


def _manifest(data: dict[Key, Any], root: Node) -> Iterator[str]:
    model = next((kind for kind in _KINDS if data.keys() <= kind.model_fields.keys()), None)
    if model in (Song, Album):
        files = {stage: data.pop(stage) for stage in IN_FILES if isinstance(data.get(stage), str)}
        yield from (f"{stage}: in {name}" for stage, name in files.items())
    try:
        found = _recordings(data) if model is None else validate(Tree(data, root), model)[0]
    except ValidationError:
        found = None
    yield from _raw("", data) if found is None else _told("", found)


def _recordings(data: Mapping[Any, Any]) -> dict[str, Recording]:
    return {str(name): Recording.model_validate(item) for name, item in sorted(data.items())}


def _told(head: str, value: object) -> Iterator[str]:
    """The lines of a record, or of named ones."""
    if isinstance(value, Mapping):
        for name, item in sorted(value.items()):
            yield from _told(f"{head}{words(str(name))}", item)
    elif isinstance(value, Composition):
        for name, line in sorted(value.chords.items()):
            yield from _bars(f"chords {words(name)}", line)
        yield from _told("pattern ", value.patterns)
    elif isinstance(value, Pattern):
        yield from _pattern(head, value)
    elif isinstance(value, Arrangement):
        yield from _told("track ", value.tracks)
        yield from _told("section ", value.sections)
        yield from (f"form: {_compact(item)}" for item in value.form)
    elif isinstance(value, Track):
        if value.instrument is not None:
            yield from _device(f"{head}:", value.instrument)
        yield from _fields(head, value, ("instrument",))
    elif isinstance(value, Section):
        yield f"{head}: {value.bars} bars"
        if value.chords is not None:
            yield from _bars(f"{head}, chords", value.chords)
        yield from _fields(head, value, ("bars", "chords", "parts"))
        for name, part in sorted(value.parts.items()):
            yield from _bars(f"{head}, {words(name)}", _compact(part))
    elif isinstance(value, Recording):
        for name, take in value.takes.items():
            yield f"{head}: {words(name)} is {_compact(take)}"
        yield from (f"{head} plays {_compact(region)}" for region in value.comp)
        yield from _fields(head, value, ("takes", "comp"))
    elif isinstance(value, Mix):
        for key, prefix in _STRIPS.items():
            yield from _told(prefix, getattr(value, key))
        yield from _fields("mix", value, tuple(_STRIPS))
    elif isinstance(value, BaseModel):
        own = {Master: "master", Delivery: "delivery"}.get(type(value), "")
        yield from _fields(head or own, value)


def _fields(head: str, model: BaseModel, without: Sequence[str] = (), kept: Collection[str] = ()) -> Iterator[str]:
    """The fields of a record that aren't as they are by default, and those to be `kept` even then."""
    units = units_of(type(model)) if isinstance(model, Params) else {}
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if name in without or (name not in kept and value == info.get_default(call_default_factory=True)):
            continue
        label = name_of(name).strip()
        if name in STAGES:
            yield from _told("", value)
        elif name == "sends":
            yield from (f"{head} -> {words(to)}: {_send(send)}" for to, send in sorted(value.items()))
        elif name == "automation":
            for lane, text in sorted(value.items()):
                yield from (f"{head}, {_lane(lane)} at {point.strip()}" for point in text.split(","))
        elif isinstance(value, Device):
            yield from _device(head, value)
        elif isinstance(value, list) and value and isinstance(value[0], Device):
            yield from _chain(head, value)
        elif isinstance(value, Mapping):
            for key, item in sorted(value.items(), key=lambda pair: str(pair[0])):
                yield f"{_at(head)}{label} {words(str(key))}: {_compact(item)}"
        elif isinstance(value, list | tuple) and any(not isinstance(item, str | int | float) for item in value):
            yield from (f"{_at(head)}{label}: {_compact(item)}" for item in value)
        elif isinstance(value, BaseModel):
            yield f"{_at(head)}{label}: {_compact(value)}"
        elif isinstance(value, list | tuple):
            yield f"{_at(head)}{label}: {', '.join(map(str, value))}"
        else:
            yield f"{head}: {label} {_shown(name, value, units)}" if head else f"{label}: {_shown(name, value, units)}"


def _at(head: str) -> str:
    return f"{head}, " if head else ""


def _shown(name: str, value: object, units: Mapping[str, str]) -> str:
    return " ".join(shown(plain(value), units.get(name, "")).split())


def _pattern(head: str, pattern: Pattern) -> Iterator[str]:
    for name in _MUSIC:
        if (text := getattr(pattern, name)) is not None:
            yield from _bars(head if name == "notes" else f"{head}, {name}", text)
    wide = 3 if str(pattern.grid).strip() in ("6", "12", "24", "48") or str(pattern.grid).endswith("t") else 4
    for drum, row in sorted({**(pattern.drums or {}), **pattern.rows}.items()):
        yield from _bars(f"{head}, {words(drum)}", _row(row, wide) if row else "left out")
    for bar, text in sorted(pattern.bars.items()):
        yield f"{head}, bar {bar}: {_compact(text)}"
    yield from _fields(head, pattern, (*_MUSIC, "drums", "rows", "bars"))


def _row(row: str, wide: int) -> str:
    """A row of a grid, its steps in groups."""
    bars = ("".join(bar.split()) for bar in row.split("|"))
    return " | ".join(" ".join(bar[at : at + wide] for at in range(0, len(bar), wide)) for bar in bars)


def _bars(head: str, text: str) -> Iterator[str]:
    """Music by its bar lines, a bar a line."""
    bars = [" ".join(bar.split()) for bar in text.split("|")]
    if len(bars) > 1 and not bars[-1]:
        bars.pop()
    if len(bars) == 1:
        yield f"{head}: {bars[0]}"
    else:
        yield from (f"{head}, bar {number}: {bar}" for number, bar in enumerate(bars, 1))


def _lane(name: str) -> str:
    label, _, parameter = name.partition(".")
    return f"{words(label)} {name_of(parameter)}" if parameter else name_of(label)


def _send(send: Send) -> str:
    return shown(plain(send.level_db), "dB") + (", before the fader" if send.pre else "")


def _chain(head: str, devices: Sequence[Device]) -> Iterator[str]:
    """The devices of a chain in order; of equal names the second is 'eq 2'."""
    seen: dict[str, int] = {}
    for device in devices:
        seen[device.label] = seen.get(device.label, 0) + 1
        again = f" {seen[device.label]}" if seen[device.label] > 1 else ""
        yield from _device(f"{_at(head)}{words(device.label)}{again}:", device)


def _device(head: str, device: Device) -> Iterator[str]:
    """A device and what is set of it."""
    preset = f"/{device.preset}" if device.preset else ""
    bypassed = ", bypassed" if device.bypass else ""
    keyed = f", side-chain {words(device.sidechain)}" if device.sidechain else ""
    yield f"{head} {device.device}{preset}{keyed}{bypassed}"
    model = model_of(device)
    try:
        values = model.model_validate(device.params) if model is not None else None
    except ValidationError:
        values = None
    if values is None:
        yield from _raw(head.removesuffix(":"), device.params)
    else:
        # Over a preset a default says something too.
        kept = values.model_fields_set if device.preset else frozenset[str]()
        yield from _fields(head.removesuffix(":"), values, kept=kept)


def _raw(head: str, value: object) -> Iterator[str]:
    """Data of which no model is known."""
    if isinstance(value, Mapping) and value:
        for key, item in sorted(value.items(), key=lambda pair: str(pair[0])):
            yield from _raw(f"{head} {key}".lstrip(), item)
    elif isinstance(value, list) and any(isinstance(item, list | dict) for item in value):
        for item in value:
            yield from _raw(head, item)
    else:
        yield from _bars(head, _compact(value))


def _compact(value: object) -> str:
    """A value in one line."""
    if isinstance(value, BaseModel):
        units = units_of(type(value)) if isinstance(value, Params) else {}
        told = (
            (name, getattr(value, name))
            for name, info in type(value).model_fields.items()
            if getattr(value, name) != info.get_default(call_default_factory=True)
        )
        main = next(iter(type(value).model_fields))  # its kind, its file, its name
        return ", ".join(
            item if name == main and isinstance(item, str) else f"{name_of(name)} {_shown(name, item, units)}"
            for name, item in told
        )
    if isinstance(value, Mapping):
        items = sorted(value.items(), key=lambda each: str(each[0]))
        return ", ".join(f"{key}: {_nested(item)}" for key, item in items)
    if isinstance(value, list | tuple):
        return ", ".join(map(_nested, value))
    if isinstance(value, str):
        return " ".join(value.split())
    return " ".join(shown(plain(value)).split())


def _nested(value: object) -> str:
    """A value in one line inside of another."""
    told = _compact(value)
    return f"{{{told}}}" if isinstance(value, Mapping) else f"[{told}]" if isinstance(value, list | tuple) else told
