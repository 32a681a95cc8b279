"""Toy devices, and songs written as texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field

from songbuild.devices.device import Effect, Instrument
from songbuild.manifest import Loaded, load
from songbuild.units import Db, Hz, Ms, Params, SyncMs


class Squeeze(Params):
    """A compressor that does nothing."""

    threshold_db: Db = Field(-18.0, ge=-80, le=0, description="where it starts")
    attack_ms: Ms = Field(10.0, ge=0.1, le=500, description="time constant")
    lookahead_ms: Ms = Field(0.0, ge=0, le=20, description="sets the latency")
    mode: Literal["peak", "rms"] = Field("peak", description="what it listens to")
    soft: bool = Field(True, description="with a knee")


class Band(Params):
    """One band."""

    freq_hz: Hz = Field(1000.0, ge=10, le=20_000, description="centre")
    gain_db: Db = Field(0.0, ge=-24, le=24, description="gain")


class Tone(Params):
    """An equaliser that does nothing."""

    bands: list[Band] = Field(default_factory=list, max_length=4, description="bands")


class Echo(Params):
    """A delay that does nothing."""

    time: SyncMs = Field("1/8", description="delay")


class Beep(Params):
    """A synthesiser that is silent."""

    drive: float = Field(0.0, ge=0, le=1, description="amount")


class Player(Params):
    """A sampler that is silent."""

    files: dict[str, str] = Field(default_factory=dict, description="note -> file")


def _nothing(*_: Any) -> Any:
    raise AssertionError("no toy is ever played")


EFFECTS = {
    "compressor": Effect("compressor", Squeeze, _nothing, sidechain=True, static=frozenset({"lookahead_ms"})),
    "eq": Effect("eq", Tone, _nothing),
    "delay": Effect("delay", Echo, _nothing),
}
INSTRUMENTS = {
    "beep": Instrument("beep", Beep, _nothing, lambda _p, _rate: 0),
    "drums": Instrument("drums", Beep, _nothing, lambda _p, _rate: 0, keys={"kick": 36, "snare": 38, "hat": 42}),
    "sampler": Instrument("sampler", Player, _nothing, lambda _p, _rate: 0, files=lambda p: tuple(p.files.values())),
}

LoadSong = Callable[..., Loaded]


@pytest.fixture
def toys() -> tuple[dict[str, Effect], dict[str, Instrument]]:
    return EFFECTS, INSTRUMENTS


@pytest.fixture
def load_song(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LoadSong:
    """Writes files into a folder and loads the song in it, with toy devices and nothing trusted."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "song"
    folder.mkdir()

    def run(files: Mapping[str, str | bytes], *, trusted: bool = False, time_limit_s: float = 20.0) -> Loaded:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load(folder, trusted=trusted, effects=EFFECTS, instruments=INSTRUMENTS, time_limit_s=time_limit_s)

    return run
