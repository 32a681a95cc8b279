"""Equalisers, filters and compressors before and after: what the devices themselves do to a sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, log
from typing import Any, TypeAlias

from songbuild.diff.change import Difference
from songbuild.diff.desk.devices import label, paired
from songbuild.diff.desk.sides import records
from songbuild.diff.facts import Json
from songbuild.diff.page.places import Place, moved, names, repeated
from songbuild.diff.words import words
from songbuild.formats.page.charts import Row, figure, key
from songbuild.formats.page.markup import escape, number
from songbuild.formats.page.svg import Scale, across, line, picture, ticks, upright

COLUMNS = 180
_RATE, _FRAMES = 48_000, 1 << 16
"""How a filter is asked what it does: by its answer to an impulse, in so many samples."""
_LOW_HZ, _HIGH_HZ = 20.0, 20_000.0
_LABELLED_HZ = (
    (50, "50"),
    (100, "100"),
    (200, "200"),
    (500, "500"),
    (1000, "1k"),
    (2000, "2k"),
    (5000, "5k"),
    (10_000, "10k"),
)
_LEAST_DB, _MOST_DB = 6.0, 36.0
"""Half the height of a plot of gains."""
_FLOOR_DB = -60.0
"""The lowest level of a compressor's curve."""
_CHANNELS = {
    "mid": ("middle", (1.0, 1.0)),
    "side": ("sides", (1.0, -1.0)),
    "left": ("left", (1.0, 0.0)),
    "right": ("right", (0.0, 1.0)),
}
"""What a band may act on alone, and the channels' gains that reach it and nothing else."""
FILTERS = ("eq", "highpass", "lowpass", "filter")

Device: TypeAlias = Mapping[str, Any]


def curves(difference: Difference) -> Iterator[str]:
    """A figure for each equaliser, filter and compressor that differs, each a piece of the page."""
    named = names(difference)
    before = {moved(place, named): chain for place, chain in _chains(difference.old.tree)}
    after = dict(_chains(difference.new.tree))
    for place in dict.fromkeys((*after, *before)):
        if repeated(place, before, after):
            continue
        was, now = before.get(place, []), after.get(place, [])
        for i, j in paired(was, now):
            yield from _device(_owner(place), was[i] if i is not None else None, now[j] if j is not None else None)


def _device(owner: str, was: Device | None, now: Device | None) -> Iterator[str]:
    """The figure of a device, nothing where it does the same or has no curve."""
    one = now or was
    if one is None or _acts(was) == _acts(now):
        return
    what = " (new)" if was is None else " (gone)" if now is None else ""
    name = f"{words(owner)}: {label(one)}{what}"
    if one["device"] in FILTERS:
        yield "".join(_filter(name, str(one["device"]), was, now))
    elif one["device"] == "compressor":
        yield "".join(_compressor(name, was, now))


def _chains(tree: Json | Mapping[str, Json], at: Place = ()) -> Iterator[tuple[Place, list[dict[str, Json]]]]:
    """Every list of devices below a place of the tree."""
    for name, value in tree.items() if isinstance(tree, Mapping) else ():
        chain = [each for each in records(value) if isinstance(each.get("params"), dict) and "device" in each]
        if chain:
            yield (*at, name), chain
        else:
            yield from _chains(value, (*at, name))


def _owner(place: Place) -> str:
    """'keys', 'main mix', 'master', 'master (loud)'."""
    match place[:-1]:
        case ("mix",):
            return "main mix"
        case ("master", "versions", name):
            return f"master ({name})"
        case owner:
            return owner[-1]


def _acts(device: Device | None) -> Device | None:
    """The parameters of a device; None where it does nothing."""
    return None if device is None or device.get("bypass") else dict(device["params"])


def _filter(name: str, device: str, was: Device | None, now: Device | None) -> Iterator[str]:
    """The magnitude response over frequency, and that of channels which have bands of their own."""
    old, new = _acts(was), _acts(now)
    bands = [band for params in (old, new) if params for band in params.get("bands", ()) if isinstance(band, Mapping)]
    single = [each for each in _CHANNELS if any(band.get("channel") == each for band in bands)]
    rows = [_filter_row(name, device, old, new, each) for each in single or [""]]
    labels = "".join(f'<span style="left:{100 * _across(hz):.2f}%">{text}</span>' for hz, text in _LABELLED_HZ[1::3])
    yield from figure(rows, below=f"<span></span>{labels}")


def _filter_row(name: str, device: str, old: Device | None, new: Device | None, channel: str) -> Row:
    sides = [("was", response_db(device, old, channel)), ("now", response_db(device, new, channel))]
    most = max(abs(level) for _, levels in sides for level in levels if level > -_MOST_DB)
    half = min(_MOST_DB, max(_LEAST_DB, 6.0 * ceil((most + 0.5) / 6.0)))
    scale = Scale(half, -half)
    levels = [half / 2, 0.0, -half / 2]
    body = [*(across(level, scale, COLUMNS, "grid") for level in levels if level), across(0.0, scale, COLUMNS, "zero")]
    body.append(upright((COLUMNS * _across(hz) for hz, _ in _LABELLED_HZ), "grid"))
    body += (line(levels_, scale, f"lane {kind}") for kind, levels_ in sides)
    words_ = _CHANNELS[channel][0] if channel else ""
    caption = f"<b>{escape(name)}</b> {words_} dB {_keys()}"
    labels = "".join(ticks(scale, ((level, number(level, 0, signed=bool(level))) for level in levels)))
    title = f"Magnitude response of {name} {words_} before and after"
    return Row(caption, labels, picture(title, COLUMNS, body), "wide")


def _across(hz: float) -> float:
    """The place of a frequency, from 0 to 1."""
    return log(hz / _LOW_HZ) / log(_HIGH_HZ / _LOW_HZ)


def response_db(device: str, params: Device | None, channel: str) -> list[float]:
    """The gain in dB at each column's frequency; 0 of a device that isn't there."""
    import numpy as np

    if params is None:
        return [0.0] * COLUMNS
    from songbuild.devices.effects import EFFECTS

    effect = EFFECTS[device]
    gains = np.array(_CHANNELS[channel][1] if channel else (1.0,))
    impulse = np.zeros((len(gains), _FRAMES))
    impulse[:, 0] = gains
    y, _ = effect.process(impulse, effect.params(**params), _RATE, None)
    heard = np.abs(np.fft.rfft(gains @ y / (gains @ gains)))
    hz = _LOW_HZ * (_HIGH_HZ / _LOW_HZ) ** ((np.arange(COLUMNS) + 0.5) / COLUMNS)
    level = np.interp(hz * _FRAMES / _RATE, np.arange(len(heard)), heard)
    return [round(each, 2) for each in (20.0 * np.log10(np.maximum(level, 1e-6))).tolist()]


def _compressor(name: str, was: Device | None, now: Device | None) -> Iterator[str]:
    """The level that comes out over the level that goes in."""
    sides = [("was", static_db(_acts(was))), ("now", static_db(_acts(now)))]
    top = 6.0 * ceil(max(0.0, *(level for _, levels in sides for level in levels)) / 6.0)
    scale = Scale(top, _FLOOR_DB)
    marks = [float(level) for level in range(-48, 1, 12)]
    body = [*(across(level, scale, COLUMNS, "grid") for level in marks)]
    body.append(upright((COLUMNS * (1 - level / _FLOOR_DB) for level in marks), "grid"))
    body += (line(levels, scale, f"lane {kind}") for kind, levels in sides)
    caption = f"<b>{escape(name)}</b> level out over level in, dB {_keys()}"
    labels = "".join(ticks(scale, ((level, number(level, 0)) for level in marks[::2])))
    below = "".join(
        f'<span style="left:{100 * (1 - level / _FLOOR_DB):.1f}%">{number(level, 0)}</span>' for level in marks[:-1]
    )
    shown = picture(f"Static curve of {name} before and after", COLUMNS, body)
    yield from figure([Row(caption, labels, shown, "high")], below=f"<span></span>{below}")


def static_db(params: Device | None) -> list[float]:
    """What comes out of a compressor at each column's level, dB; what goes in where there is none."""
    import numpy as np

    from songbuild.dsp.dynamics import reduction_db

    levels = _FLOOR_DB * (1.0 - (np.arange(COLUMNS) + 0.5) / COLUMNS)
    if params is not None:
        reduced = reduction_db(levels, params["threshold_db"], params["ratio"], params["knee_db"])
        wet = params["mix"] * 10.0 ** ((params["makeup_db"] - reduced) / 20.0)
        levels = levels + 20.0 * np.log10(np.maximum(wet + (1.0 - params["mix"]), 1e-6))
    return [round(each, 2) for each in levels.tolist()]


def _keys() -> str:
    return key("lane was", "before") + key("lane now", "after")
