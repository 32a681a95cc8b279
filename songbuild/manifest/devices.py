"""The devices that a song names, each with its preset and every parameter filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from songbuild.devices.hosting.plugin import HOSTED, Plugin
from songbuild.manifest import codes, plugins
from songbuild.manifest.paths import PathError, below
from songbuild.manifest.places import Places
from songbuild.manifest.presets import Preset, known_presets, read_preset
from songbuild.manifest.translate import faults
from songbuild.model.device import Device
from songbuild.model.master import CHAINS, Master, Values
from songbuild.model.mix import Strip
from songbuild.model.song import Song
from songbuild.problems import Fault, Problem, did_you_mean
from songbuild.problems import Path as SongPath
from songbuild.units import Params

if TYPE_CHECKING:
    from songbuild.devices.device import Effect, Instrument


@dataclass(slots=True)
class Rack:
    """Resolves devices of one song, and collects what is wrong with them.

    `unresolved` holds the places of devices whose parameters aren't known, `files` every preset that was read.
    """

    folder: Path
    places: Places
    effects: Mapping[str, Effect]
    instruments: Mapping[str, Instrument]
    trusted: bool = False
    faults: list[Fault] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    unresolved: set[SongPath] = field(default_factory=set)
    presets: dict[tuple[str, str], Preset] = field(default_factory=dict)

    def song(self, song: Song) -> Song:
        """The song with every device's parameters in canonical form; those at fault keep what was written."""
        tracks = {
            name: track.model_copy(
                update={"instrument": self.instrument(track.instrument, ("arrangement", "tracks", name, "instrument"))}
            )
            if track.instrument
            else track
            for name, track in song.arrangement.tracks.items()
        }
        mix = song.mix.model_copy(
            update={
                "channels": self.strips(song.mix.channels, ("mix", "channels")),
                "buses": self.strips(song.mix.buses, ("mix", "buses")),
                "returns": self.strips(song.mix.returns, ("mix", "returns")),
                "inserts": self.chain(song.mix.inserts, ("mix", "inserts")),
            }
        )
        arrangement = song.arrangement.model_copy(update={"tracks": tracks})
        return song.model_copy(update={"arrangement": arrangement, "mix": mix, "master": self.master(song.master)})

    def master(self, master: Master) -> Master:
        """The master and its versions; a version that has no chain of its own gets none."""
        path: SongPath = ("master",)
        versions = {
            name: version.model_copy(update=self.chains(version, (*path, "versions", name)))
            for name, version in master.versions.items()
        }
        return master.model_copy(update={**self.chains(master, path), "versions": versions})

    def chains(self, values: Values, path: SongPath) -> dict[str, list[Device]]:
        """The chains that a master has written."""
        return {key: self.chain(getattr(values, key), (*path, key)) for key in CHAINS if key in values.model_fields_set}

    def strips(self, strips: Mapping[str, Strip], path: SongPath) -> dict[str, Strip]:
        return {
            name: strip.model_copy(update={"inserts": self.chain(strip.inserts, (*path, name, "inserts"))})
            for name, strip in strips.items()
        }

    def chain(self, inserts: Iterable[Device], path: SongPath) -> list[Device]:
        return [self.effect(device, (*path, index)) for index, device in enumerate(inserts)]

    def effect(self, device: Device, path: SongPath) -> Device:
        """An effect of a chain."""
        spelled = (*path, spelling(device))
        if device.device == HOSTED.name:
            return self.plugin(device, path)
        effect = self.effects.get(device.device)
        if effect is None:
            hint = did_you_mean(device.device, [*self.effects, HOSTED.name])
            if device.device in self.instruments:
                hint = f"'{device.device}' is an instrument: it plays a track"
            self.unknown("effect", device, path, hint)
            return device
        if device.sidechain is not None and not effect.sidechain:
            able = ", ".join(sorted(name for name, each in self.effects.items() if each.sidechain))
            self.misplaced(spelled, "sidechain", f"'{device.device}' has no side-chain", f"these have one: {able}")
        canonical = self.canonical(device, effect.params, path)
        if canonical is None:
            return device
        return device.model_copy(update={"params": canonical.model_dump(mode="json")})

    def plugin(self, device: Device, path: SongPath) -> Device:
        """A hosted plugin of a chain: code, which only a trusted project may run."""
        spelled = (*path, spelling(device))
        if device.sidechain is not None:
            self.misplaced(spelled, "sidechain", "a plugin has no side-chain here", None)
        given = self.canonical(device, Plugin, path)
        if not isinstance(given, Plugin) or device.bypass:
            return device
        params, faults = plugins.resolve(given, self.folder, spelled, self.trusted)
        self.faults += faults
        if params is None:
            self.unresolved.add(path)
            return device
        return device.model_copy(update={"params": params})

    def instrument(self, device: Device, path: SongPath) -> Device:
        """The instrument of a track; the files that it names must be there."""
        instrument = self.instruments.get(device.device)
        if instrument is None:
            hint = did_you_mean(device.device, self.instruments)
            if device.device in self.effects:
                hint = f"'{device.device}' is an effect: it goes into 'inserts' of a channel"
            self.unknown("instrument", device, path, hint)
            return device
        spelled = (*path, spelling(device))
        for key, given in (("sidechain", device.sidechain is not None), ("bypass", device.bypass)):
            if given:
                self.misplaced(spelled, key, f"an instrument has no '{key}'", None)
        canonical = self.canonical(device, instrument.params, path)
        if canonical is None:
            return device
        params = canonical.model_dump(mode="json")
        for name in instrument.files(canonical) if instrument.files else ():
            try:
                below(self.folder, name)
            except PathError as error:
                self.faults.append(error.fault((*spelled, *_where(params, name))))
        return device.model_copy(update={"params": params})

    def unknown(self, kind: str, device: Device, path: SongPath, hint: str | None) -> None:
        self.unresolved.add(path)
        where = (*path, spelling(device))
        code = codes.code("unknown device", path)
        message = f"unknown {kind} '{device.device}'"
        self.faults.append(Fault(code, where, message, hint, 0, len(device.device), key=True))

    def misplaced(self, spelled: SongPath, key: str, message: str, hint: str | None) -> None:
        code = codes.code("misplaced device", spelled)
        self.faults.append(Fault(code, (*spelled, key), message, hint, key=True))

    def canonical(self, device: Device, model: type[Params], path: SongPath) -> Params | None:
        """The device's parameters: what the song gives over what the preset gives over the defaults."""
        given: dict[str, Any] = device.params
        if device.preset is not None:
            preset = self.preset(device, model, path)
            if preset is None:
                self.unresolved.add(path)
                return None
            given = {**preset.params, **given}
        try:
            return model.model_validate(given)
        except ValidationError as error:
            self.unresolved.add(path)
            self.faults += faults(error, model, self.places, (*path, spelling(device)))
            return None

    def preset(self, device: Device, model: type[Params], path: SongPath) -> Preset | None:
        """The preset of a device, read once; its own problems are reported once, at their place in its file."""
        assert device.preset is not None
        key = (device.device, device.preset)
        if key not in self.presets:
            self.presets[key] = preset = read_preset(self.folder, *key, model)
            self.problems += preset.problems
            self.files.update((preset.file,) if preset.file else ())
        preset = self.presets[key]
        if preset.file is None:
            known = known_presets(self.folder, device.device)
            message = f"'{device.device}' has no preset '{device.preset}'"
            hint = did_you_mean(device.preset, known)
            offset = len(device.device) + 1
            where = (*path, spelling(device))
            code = codes.code("unknown preset", path)
            self.faults.append(Fault(code, where, message, hint, offset, len(device.preset), key=True))
        return None if preset.file is None or preset.problems else preset


def spelling(device: Device) -> str:
    """A device as a song writes it: 'compressor/vocal'."""
    return f"{device.device}/{device.preset}" if device.preset else device.device


def _where(params: object, text: str) -> SongPath:
    """The place of a text in a device's parameters."""
    items: Iterable[tuple[str | int, object]] = (
        params.items() if isinstance(params, dict) else enumerate(params) if isinstance(params, list) else ()
    )
    for key, value in items:
        if value == text:
            return (key,)
        inner = _where(value, text)
        if inner:
            return (key, *inner)
    return ()
