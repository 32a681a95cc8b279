"""What names something else in a song: routing, sends, side-chains, recordings, automation targets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from songbuild.devices.hosting.plugin import HOSTED
from songbuild.manifest.codes import code
from songbuild.manifest.devices import spelling
from songbuild.model.device import Device
from songbuild.model.master import CHAINS, Values
from songbuild.model.mix import Strip
from songbuild.model.song import Song
from songbuild.problems import Fault, Path, did_you_mean

if TYPE_CHECKING:
    from songbuild.devices.device import Effect

MAIN, NOWHERE = "mix", "none"
STRIP_TARGETS = ("volume_db", "pan")
_RESERVED = {MAIN: "the main mix", NOWHERE: "no bus at all"}


def references(song: Song, effects: Mapping[str, Effect], unresolved: Collection[Path]) -> list[Fault]:
    """Every name that means nothing, means two things, or leads in a circle.

    The song's devices are canonical, but for those whose paths are in `unresolved`.
    """
    return [
        *_tracks(song),
        *_names(song),
        *_routing(song),
        *_cycles(song),
        *_automation(song, effects, unresolved),
    ]


def automation_of(song: Song) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Every mapping of automation: target -> lane."""
    for path, _, strip in _strips(song):
        yield (*path, "automation"), strip.automation
    yield ("mix", "automation"), song.mix.automation
    for path, values in masters(song):
        yield (*path, "automation"), values.automation


def _tracks(song: Song) -> Iterator[Fault]:
    for name, track in song.arrangement.tracks.items():
        path: Path = ("arrangement", "tracks", name)
        if (track.instrument is None) == (track.recording is None):
            how = "neither an instrument nor" if track.instrument is None else "both an instrument and"
            message = f"track '{name}' has {how} a recording"
            yield Fault(code("contradiction", path), path, message, "give exactly one of the two", key=True)
        if track.recording is not None and track.recording not in song.recordings:
            here = (*path, "recording")
            message = f"unknown recording '{track.recording}'"
            yield Fault(code("unknown name", here), here, message, did_you_mean(track.recording, song.recordings))


def _names(song: Song) -> Iterator[Fault]:
    """Channels are named after tracks; what can be routed has one name each."""
    tracks = song.arrangement.tracks
    for name in song.mix.channels:
        if name not in tracks:
            path: Path = ("mix", "channels", name)
            yield Fault(code("unknown name", path), path, f"no track '{name}'", did_you_mean(name, tracks), key=True)
    taken = dict.fromkeys(tracks, "a track")
    for kind, what, strips in (("buses", "a bus", song.mix.buses), ("returns", "a return", song.mix.returns)):
        for name in strips:
            other = _RESERVED.get(name) or taken.get(name)
            if other:
                path = ("mix", kind, name)
                message = f"'{name}' is already {other}"
                yield Fault(code("ambiguous name", path), path, message, "choose another name", key=True)
            taken.setdefault(name, what)
    for name in tracks:
        if name in _RESERVED:
            path = ("arrangement", "tracks", name)
            message = f"'{name}' already means {_RESERVED[name]}"
            yield Fault(code("ambiguous name", path), path, message, "choose another name", key=True)


def _strips(song: Song) -> Iterator[tuple[Path, str, Strip]]:
    for kind, strips in (("channels", song.mix.channels), ("buses", song.mix.buses), ("returns", song.mix.returns)):
        for name, strip in strips.items():
            yield ("mix", kind, name), name, strip


def _chains(song: Song) -> Iterator[tuple[Path, list[Device]]]:
    for path, _, strip in _strips(song):
        yield (*path, "inserts"), strip.inserts
    yield ("mix", "inserts"), song.mix.inserts
    for path, values in masters(song):
        for key in CHAINS:
            yield (*path, key), getattr(values, key)


def masters(song: Song) -> Iterator[tuple[Path, Values]]:
    """The master and its versions with what they write, and their paths."""
    yield ("master",), song.master
    for name, version in song.master.versions.items():
        yield ("master", "versions", name), version


def _routing(song: Song) -> Iterator[Fault]:
    """Destinations of outputs, sends and side-chains."""
    buses, returns = song.mix.buses, song.mix.returns
    for path, _, strip in _strips(song):
        if strip.to not in buses and strip.to not in _RESERVED:
            here = (*path, "to")
            hint = did_you_mean(strip.to, [*buses, *_RESERVED])
            if strip.to in returns:
                hint = f"'{strip.to}' is a return: feed it with 'sends'"
            yield Fault(code("unknown name", here), here, f"unknown bus '{strip.to}'", hint)
        for name in strip.sends:
            if name not in returns:
                here = (*path, "sends", name)
                hint = did_you_mean(name, returns)
                if name in buses:
                    hint = f"'{name}' is a bus: go there with 'to'"
                yield Fault(code("unknown name", here), here, f"unknown return '{name}'", hint, key=True)
    heard = [*song.arrangement.tracks, *buses, *returns]
    for path, devices in _chains(song):
        for index, device in enumerate(devices):
            if device.sidechain is not None and device.sidechain not in heard:
                here = (*path, index, spelling(device), "sidechain")
                message = f"nothing called '{device.sidechain}' for the side-chain to listen to"
                yield Fault(code("unknown name", here), here, message, did_you_mean(device.sidechain, heard))


@dataclass(frozen=True, slots=True)
class _Edge:
    """A signal goes from strip `source` to strip `to`; `path` is where the song says so."""

    source: str
    to: str
    path: Path
    key: bool = False


def _edges(song: Song) -> Iterator[_Edge]:
    for path, name, strip in _strips(song):
        if strip.to in song.mix.buses and strip.to not in _RESERVED:
            yield _Edge(name, strip.to, (*path, "to"))
        for target in strip.sends:
            if target in song.mix.returns:
                yield _Edge(name, target, (*path, "sends", target), key=True)
        for index, device in enumerate(strip.inserts):
            if device.sidechain is not None and not device.bypass:
                yield _Edge(device.sidechain, name, (*path, "inserts", index, spelling(device), "sidechain"))


def _cycles(song: Song) -> list[Fault]:
    """One fault for each circle of signals, at the edge that closes it, depth first in the song's order."""
    following: dict[str, list[_Edge]] = {}
    for each in _edges(song):
        following.setdefault(each.source, []).append(each)
    found: list[Fault] = []
    done: set[str] = set()
    for start in following:
        open_ = [] if start in done else [(start, iter(following[start]))]
        while open_:
            name, rest = open_[-1]
            edge = next(rest, None)
            names = [open_name for open_name, _ in open_]
            if edge is None:
                done.add(name)
                open_.pop()
            elif edge.to in names:
                circle = " -> ".join([*names[names.index(edge.to) :], edge.to])
                message = f"'{edge.to}' feeds itself: {circle}"
                found.append(Fault(code("routing cycle", edge.path), edge.path, message, key=edge.key))
            elif edge.to not in done:
                open_.append((edge.to, iter(following.get(edge.to, ()))))
    return found


def _automation(song: Song, effects: Mapping[str, Effect], unresolved: Collection[Path]) -> Iterator[Fault]:
    bench = _Bench(effects, unresolved)
    for path, name, strip in _strips(song):
        track = song.arrangement.tracks.get(name) if path[1] == "channels" else None
        player = track.instrument if track else None
        home: Path = ("arrangement", "tracks", name, "instrument")
        sends = {f"send.{target}" for target in strip.sends}
        for target in strip.automation:
            if target in STRIP_TARGETS or target in sends:
                continue
            here = (*path, "automation", target)
            label, _, parameter = target.partition(".")
            if label == "send":
                hint = did_you_mean(target, sends) or "only a send that the strip has can move"
                yield bench.fault(here, f"no send '{parameter}' here", hint)
            elif label == "instrument" and player is not None and home not in unresolved:
                yield from bench.parameter(here, player, parameter, fixed=False)
            elif label == "instrument" and player is not None:
                continue
            else:
                known = [*STRIP_TARGETS, *sends]
                yield from bench.insert(here, target, strip.inserts, (*path, "inserts"), known)
    for target in song.mix.automation:
        if target != STRIP_TARGETS[0]:
            here = ("mix", "automation", target)
            yield from bench.insert(here, target, song.mix.inserts, ("mix", "inserts"), STRIP_TARGETS[:1])
    for path, values in masters(song):
        own = "chain" in values.model_fields_set
        chain, home = (values.chain, (*path, "chain")) if own else (song.master.chain, ("master", "chain"))
        for target in values.automation:
            yield from bench.insert((*path, "automation", target), target, chain, home, ())
    for path, devices in _chains(song):
        yield from bench.labels(path, devices)


@dataclass(frozen=True, slots=True)
class _Bench:
    """Knows which parameters of which devices can move."""

    effects: Mapping[str, Effect]
    unresolved: Collection[Path]

    def fault(self, path: Path, message: str, hint: str | None) -> Fault:
        return Fault(code("automation target", path), path, message, hint, key=True)

    def insert(
        self, path: Path, target: str, inserts: Sequence[Device], home: Path, known: Sequence[str]
    ) -> Iterator[Fault]:
        """Whether LABEL.PARAMETER names something that can move in this chain."""
        label, dot, parameter = target.partition(".")
        meant = [(index, device) for index, device in enumerate(inserts) if device.label == label]
        if not meant or not dot:
            targets = [*known, *(f"{device.label}.{key}" for device in inserts for key in device.params)]
            hint = f"name its parameter: '{label}.PARAMETER'" if meant else did_you_mean(target, targets)
            yield self.fault(path, f"nothing called '{target}' can move here", hint)
        elif len(meant) > 1:
            message = f"{len(meant)} inserts are called '{label}'"
            yield self.fault(path, message, "give one of them a 'name' of its own")
        elif meant[0][1].device == HOSTED.name:
            yield self.fault(path, "the parameters of a plugin can't move: they stay the same all song", None)
        elif (*home, meant[0][0]) not in self.unresolved and meant[0][1].device in self.effects:
            fixed = self.effects[meant[0][1].device].fixed(parameter)
            yield from self.parameter(path, meant[0][1], parameter, fixed)

    def parameter(self, path: Path, device: Device, parameter: str, fixed: bool) -> Iterator[Fault]:
        """Whether a parameter, 'threshold_db' or 'bands.0.gain_db', is a number that can move."""
        value: object = device.params
        for part in parameter.split("."):
            if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
                value = value[int(part)]
            elif isinstance(value, dict) and part in value:
                value = value[part]
            else:
                hint = did_you_mean(part, value if isinstance(value, dict) else ())
                yield self.fault(path, f"'{device.device}' has no parameter '{parameter}'", hint)
                return
        if fixed:
            yield self.fault(path, f"'{parameter}' of '{device.device}' can't move: it stays the same all song", None)
        elif isinstance(value, bool | dict | list) or not _moves(value):
            yield self.fault(path, f"'{parameter}' of '{device.device}' is no number that could move", None)

    def labels(self, path: Path, devices: Sequence[Device]) -> Iterator[Fault]:
        """Names of one's own that automation could not address."""
        meant = ("send", "instrument", *STRIP_TARGETS)
        for index, device in enumerate(devices):
            if device.name is not None and ("." in device.name or device.name in meant):
                here = (*path, index, spelling(device), "name")
                message = f"'{device.name}' can't be the name of an insert"
                yield Fault(code("ambiguous name", here), here, message, "choose another without a '.'")


def _moves(value: object) -> bool:
    """Whether a canonical value is a number, or a note value, which is a number of milliseconds."""
    return isinstance(value, int | float) or (isinstance(value, str) and value[:1].isdecimal() and "/" in value)
