"""A song's values as canonical plain data: everything that isn't told by its notes, and the units of its numbers.

Every default is filled in, every device has all its parameters, every position is a tick; two songs that are only
written differently have equal trees.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias

from pydantic import BaseModel

from songbuild.devices.hosting.plugin import HOSTED, Kind
from songbuild.diff.facts import TICKS, Json
from songbuild.diff.units import units_of
from songbuild.model.album import Album
from songbuild.model.automation import PLAIN, Point, points, target
from songbuild.model.comp import parse_region
from songbuild.model.device import Device
from songbuild.model.form import with_times
from songbuild.model.mix import Send, Strip
from songbuild.model.positions import position
from songbuild.model.remarks import SongRemark, stretch
from songbuild.model.song import IN_FILES, Song
from songbuild.problems import NotationError
from songbuild.units import Params, Unit

if TYPE_CHECKING:
    from songbuild.devices.device import Effect, Instrument
    from songbuild.model.master import Master, Values
    from songbuild.model.mix import Mix
    from songbuild.model.recordings import Recording, Take
    from songbuild.model.score import Score

Tree: TypeAlias = dict[str, Json]
TOLD = frozenset(("key", "tempo", "meter", "pickup", "swing", "humanize"))
"""Fields of a song and its tracks that the other facts tell."""


def tree_of(song: Song, score: Score) -> tuple[Tree, dict[str, str]]:
    """The tree of a song with its devices resolved, as `Song` has it, and the units of its numbers (see `Facts`).

    Of composition and sections there is only what nothing plays.  A lane of automation is [[tick, value, curve], …]
    without points that do nothing, a comp the regions in order of time, a version of the master all its values, a note
    is at [tick, tick where it ends].  Text that can't be read stays text.
    """
    tree: Tree = {name: plain(value) for name, value in song if name not in TOLD and name not in IN_FILES}
    tracks: Tree = {
        name: _fields(track, TOLD | {"recording", "transpose"}) for name, track in song.arrangement.tracks.items()
    }
    sections, composition = _unplayed(song)
    tree |= {
        "composition": composition,
        "arrangement": {"tracks": tracks, "sections": sections},
        "recordings": {name: _recording(each, score) for name, each in song.recordings.items()},
        "mix": _mix(song.mix, song, score),
        "master": _master(song.master, score),
        "delivery": plain(song.delivery),
        "notes": [_remark(each, score) for each in song.notes],
    }
    return tree, {**units_of(Song), **_units(song)}


def album_tree(album: Album) -> tuple[Tree, dict[str, str]]:
    """The tree of an album, as `Album` has it, and the units of its numbers."""
    return _fields(album), dict(units_of(Album))


def ticks(beats: Fraction) -> int:
    """Quarter notes in ticks."""
    return (2 * beats.numerator * TICKS + beats.denominator) // (2 * beats.denominator)


def plain(value: object) -> Json:
    """Data of models as JSON has it: numbers to 12 digits, whole ones without a point, infinities as text."""
    if isinstance(value, BaseModel):
        return _device(value) if isinstance(value, Device) else _fields(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return _number(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _number(value: float) -> int | float | str:
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    rounded = float(f"{value:.12g}")  # 0.55 and 55 % are one number
    return int(rounded) if rounded.is_integer() else rounded


def _fields(model: BaseModel, without: Collection[str] = ()) -> Tree:
    return {name: plain(value) for name, value in model if name not in without}


def _device(device: Device) -> Json:
    """A device; a hosted plugin without where it is installed and what it runs in."""
    params = dict(device.params)
    if device.device == HOSTED.name:
        facts = params.get("facts", {})
        params["path"] = PurePath(str(params.get("path", ""))).name
        params["facts"] = {key: facts[key] for key in ("name", "version") if key in facts}
    return {**_fields(device), "params": plain(params)}


def _unplayed(song: Song) -> tuple[Tree, Tree]:
    """The sections that aren't in the form; the patterns and chord lines that nothing in it uses."""
    arrangement, composition = song.arrangement, song.composition
    form = set(_words([next(iter(item), "") if isinstance(item, dict) else item for item in arrangement.form]))
    played = {name: section for name, section in arrangement.sections.items() if name in form}
    used: set[str] = set()
    wanted = set(_words([[each.parts, each.chords] for each in played.values()])) | set(_words(arrangement.form))
    while fresh := wanted - used:
        used |= fresh
        known = [composition.patterns[name].model_dump() for name in fresh if name in composition.patterns]
        wanted = used | set(_words(known))
    sections: Tree = {name: _fields(each) for name, each in arrangement.sections.items() if name not in form}
    patterns: Tree = {
        name: plain(each.model_dump(by_alias=True, exclude_defaults=True))
        for name, each in composition.patterns.items()
        if name not in used
    }
    chords: Tree = {name: line for name, line in composition.chords.items() if name not in used}
    return sections, {"patterns": patterns, "chords": chords}


def _words(value: object) -> Iterator[str]:
    """Every name in nested data that may be a section's, a pattern's or a chord line's; keys left out."""
    if isinstance(value, str):
        yield with_times(value)[0]
    elif isinstance(value, Mapping | list | tuple):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _words(item)


def _recording(recording: Recording, score: Score) -> Json:
    """A recording: its takes with the tick their files start at, the comp's regions, or which take sounds whole."""
    takes: Tree = {name: {**_fields(take), "at": _place(take, score)} for name, take in recording.takes.items()}
    comp: list[Tree] = []
    for region in recording.comp:
        cut = _fields(region, ("region",))
        try:
            take, start, stop = parse_region(region.region, recording.takes, score)
        except NotationError:
            comp.append({"take": region.region, "start": None, "stop": None, **cut})
        else:
            comp.append({"take": take, "start": ticks(start), "stop": ticks(stop), **cut})
    comp.sort(key=lambda cut: (cut["start"] is None, cut["start"] or 0))
    whole = None if comp else next(iter(takes), None)
    return {"takes": takes, "comp": list(comp), "whole": whole, "crossfade": plain(recording.crossfade)}


def _remark(remark: SongRemark, score: Score) -> Json:
    """A note on the music: `at` is [tick, tick where it ends]; None for the whole song."""
    at: Json = remark.at
    if remark.at is not None:
        try:
            where = stretch(remark.at, score)
        except NotationError:
            at = str(remark.at)
        else:
            at = [ticks(where.start), ticks(where.stop)]
    return {**_fields(remark, ("at",)), "at": at}


def _place(take: Take, score: Score) -> Json:
    try:
        return ticks(position(take.at, score.time.bars, score.sections))
    except NotationError:
        return str(take.at)


def _mix(mix: Mix, song: Song, score: Score) -> Json:
    """The console, with a channel for every track."""
    players = {name: track.instrument for name, track in song.arrangement.tracks.items()}
    channels = {name: mix.channels.get(name) or Strip() for name in (*players, *mix.channels)}
    return {
        "channels": {name: _strip(each, players.get(name), score) for name, each in channels.items()},
        "buses": {name: _strip(each, None, score) for name, each in mix.buses.items()},
        "returns": {name: _strip(each, None, score) for name, each in mix.returns.items()},
        "inserts": plain(mix.inserts),
        "automation": _lanes(mix.automation, mix.inserts, score),
    }


def _strip(strip: Strip, player: Device | None, score: Score) -> Json:
    devices = [*strip.inserts, *([player.model_copy(update={"name": "instrument"})] if player else [])]
    return {**_fields(strip), "automation": _lanes(strip.automation, devices, score)}


def _master(master: Master, score: Score) -> Json:
    def values(of: Values) -> Tree:
        return {**_fields(of, ("versions",)), "automation": _lanes(of.automation, of.chain, score)}

    versions: Tree = {
        name: {**values(of), "formats": plain(master.versions[name].formats)} for name, of in master.all() if name
    }
    return {**values(master), "versions": versions}


def _lanes(automation: Mapping[str, str], devices: Sequence[Device], score: Score) -> Tree:
    """Each lane's points, in the unit of what it moves."""
    lanes: Tree = {}
    for moved, text in automation.items():
        try:
            found = points(text, score, _unit(moved, devices))
        except NotationError:
            lanes[moved] = text
        else:
            lanes[moved] = [[ticks(beat), _number(value), curve] for beat, value, curve in _acting(found)]
    return lanes


def _acting(given: Sequence[Point]) -> list[Point]:
    """The points without those that do nothing; a value that stays is held, and the first may stand at the start."""
    held = [
        point._replace(curve="hold") if following is None or following.value == point.value else point
        for point, following in zip(given, [*given[1:], None], strict=True)
    ]
    kept: list[Point] = []
    for point in held:
        if not kept or (kept[-1].value, kept[-1].curve, point.curve) != (point.value, "hold", "hold"):
            kept.append(point)
    if kept and kept[0].curve == "hold":
        kept[0] = kept[0]._replace(beat=Fraction(0))
    if len(kept) > 1 and kept[0].value == kept[1].value:
        del kept[0]
    return kept


def _unit(moved: str, devices: Sequence[Device]) -> Unit:
    """The unit of what a lane moves: of a strip, a send, or a parameter of a device."""
    label, _, parameter = moved.partition(".")
    if not parameter or label == "send":
        found = target(Send, "level_db") if label == "send" else target(Strip, "pan" if moved == "pan" else "gain_db")
    else:
        model = next((model_of(device) for device in devices if device.label == label), None)
        found = target(model, parameter) if model else None
    return found.unit if found else PLAIN


def model_of(device: Device) -> type[Params] | None:
    """What the parameters of a device are."""
    from songbuild.devices.effects import EFFECTS
    from songbuild.devices.instruments import INSTRUMENTS

    known: Effect | Instrument | Kind | None = EFFECTS.get(device.device) or INSTRUMENTS.get(device.device)
    found = HOSTED if device.device == HOSTED.name else known
    return found.params if found is not None else None


def _units(song: Song) -> dict[str, str]:
    """The units of the parameters of every device in a song."""
    mix, master = song.mix, song.master
    strips = (*mix.channels.values(), *mix.buses.values(), *mix.returns.values())
    lists: Iterable[Sequence[Device]] = (
        [track.instrument for track in song.arrangement.tracks.values() if track.instrument],
        *(strip.inserts for strip in strips),
        mix.inserts,
        *(chain for _, values in master.all() for chain in (values.chain, values.finish)),
    )
    models = {device.device: model_of(device) for devices in lists for device in devices}
    return {
        f"{name}.{path}": unit
        for name, model in sorted(models.items())
        if model
        for path, unit in units_of(model).items()
    }
