"""Mix: channels, buses, returns and the main mix, as strips that feed each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from songbuild.engine import Node
from songbuild.model.mix import Send, Strip
from songbuild.problems import Path
from songbuild.stages.context import Context
from songbuild.stages.lanes import FADER, PAN, SEND, fader_lane
from songbuild.stages.plugins import chain
from songbuild.stages.strip import Fader, constant, strip

Feed = tuple[Node, Fader]


@dataclass(frozen=True)
class Console:
    """The strips of a song, made when they are asked for.

    `sources` holds each track's signal, in the order of the tracks, which is the order of every sum.
    """

    context: Context
    sources: Mapping[str, Node]
    made: dict[str, Node | None] = field(default_factory=dict)

    def model(self, name: str) -> tuple[Strip, Path]:
        """The strip called `name` as the song has it, and its path."""
        mix = self.context.song.mix
        for kind, strips in (("channels", mix.channels), ("buses", mix.buses), ("returns", mix.returns)):
            if name in strips:
                return strips[name], ("mix", kind, name)
        return Strip(), ("mix", "channels", name)

    def node(self, name: str) -> Node | None:
        """What the strip `name` puts out, before its fader; None where nothing feeds it."""
        if name not in self.made:
            self.made[name] = self._make(name)
        return self.made[name]

    def _make(self, name: str) -> Node | None:
        model, path = self.model(name)
        if name in self.sources:
            return self._chain(f"channel {name}", [(self.sources[name], None)], model, path)
        kind = "bus" if name in self.context.song.mix.buses else "return"
        fed = self.sends_to(name) if kind == "return" else self.feeds(name)
        return self._chain(f"{kind} {name}", fed, model, path) if fed else None

    def _chain(self, name: str, feeds: Sequence[tuple[Node, Fader | None]], model: Strip, path: Path) -> Node:
        return chain(self.context, self.node, name, "mix", feeds, model.inserts, model.automation, path)

    def strips(self) -> tuple[str, ...]:
        """Every strip that may feed another, in the order of every sum: tracks, buses, returns."""
        mix = self.context.song.mix
        return (*self.sources, *mix.buses, *mix.returns)

    def sounds(self, name: str) -> bool:
        """Whether the strip reaches anything: not muted, and soloed (it or its bus) if anything is."""
        mix = self.context.song.mix
        model, _ = self.model(name)
        if model.mute:
            return False
        soloed = {n for strips in (mix.channels, mix.buses) for n, s in strips.items() if s.solo}
        return not soloed or name not in self.sources or name in soloed or model.to in soloed

    def feeds(self, destination: str) -> list[Feed]:
        """Everything that goes to the bus `destination` ("mix": the main one), through its faders."""
        found: list[Feed] = []
        for name in self.strips():
            model, _ = self.model(name)
            if model.to == destination and self.sounds(name):
                node = self.node(name)
                if node is not None:
                    found.append((node, self.fader(name)))
        return found

    def sends_to(self, destination: str) -> list[Feed]:
        """Everything that is sent to the return `destination`."""
        found: list[Feed] = []
        for name in self.strips():
            model, path = self.model(name)
            if destination not in model.sends or not self.sounds(name):
                continue
            node = self.node(name)
            if node is None:
                continue
            send = model.sends[destination]
            assert isinstance(send, Send)
            spot: Path = (*path, "sends", destination)
            text = model.automation.get(f"send.{destination}")
            level = constant(send.level_db)
            if text is not None:
                spot = (*path, "automation", f"send.{destination}")
                level = fader_lane(self.context, text, spot, SEND)
            if send.pre:
                found.append((node, Fader(None, (level,), {("gains", 0): spot})))
            else:
                fader = self.fader(name)
                origins = {**fader.origins, ("gains", len(fader.gains)): spot}
                found.append((node, Fader(fader.pan, (*fader.gains, level), origins)))
        return found

    def fader(self, name: str) -> Fader:
        """The fader and pan of a strip, with their automation; automation of the volume adds to `gain_db`."""
        model, path = self.model(name)
        gains = [constant(model.gain_db)]
        origins: dict[tuple[str | int, ...], Path] = {("gains", 0): (*path, "gain_db"), ("pan",): (*path, "pan")}
        if "volume_db" in model.automation:
            spot: Path = (*path, "automation", "volume_db")
            volume = fader_lane(self.context, model.automation["volume_db"], spot, FADER)
            gains = [volume] if model.gain_db == 0.0 else [*gains, volume]
            origins["gains", len(gains) - 1] = spot
        pan = constant(model.pan)
        if "pan" in model.automation:
            origins[("pan",)] = (*path, "automation", "pan")
            pan = fader_lane(self.context, model.automation["pan"], (*path, "automation", "pan"), PAN)
        return Fader(pan, tuple(gains), origins)


def plan_mix(console: Console) -> Node | None:
    """The main mix, after its inserts and its own volume; None where nothing sounds."""
    context = console.context
    fed = console.feeds("mix")
    if not fed:
        return None
    mix = context.song.mix
    if "volume_db" in mix.automation:
        path: Path = ("mix", "automation", "volume_db")
        volume = fader_lane(context, mix.automation["volume_db"], path, FADER)
        fed = [
            (node, Fader(fader.pan, (*fader.gains, volume), {**fader.origins, ("gains", len(fader.gains)): path}))
            for node, fader in fed
        ]
    return chain(context, console.node, "mix", "mix", fed, mix.inserts, mix.automation, ("mix",))


def plan_stems(console: Console) -> dict[str, Node]:
    """For everything that feeds the main mix, what it adds to it: together they are the mix before its inserts."""
    stems: dict[str, Node] = {}
    for name in console.strips():
        model, _ = console.model(name)
        if model.to == "mix" and console.sounds(name):
            node = console.node(name)
            if node is not None:
                stems[name] = plan_stem(console, name, node)
    return stems


def plan_stem(console: Console, name: str, node: Node) -> Node:
    """What the strip `name` adds to where it goes: its output through its fader."""
    return strip(console.context, f"stem {name}", "mix", [(node, console.fader(name))], [])
