"""Matching a reference: what it and the mix are like, what brings the mix closer, and the chain that does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from songbuild.devices import chain
from songbuild.devices.device import Audio as Array
from songbuild.devices.device import Effect
from songbuild.devices.effects.compressor import EFFECT as COMPRESSOR
from songbuild.devices.effects.eq import EFFECT as EQ
from songbuild.devices.effects.width import EFFECT as WIDTH
from songbuild.dsp import matching
from songbuild.dsp.kweighting import partials
from songbuild.dsp.loudness import integrated
from songbuild.dsp.maths import db_to_gain
from songbuild.dsp.spectrum import Spectrum, partial, spectrum
from songbuild.engine import Node, Reader, Recipe, Tile
from songbuild.engine.graph import Json, State
from songbuild.model.master import LOUDNESS_RANGE, Values
from songbuild.problems import Path
from songbuild.stages.context import Context
from songbuild.stages.inserts import Origins, spec
from songbuild.stages.recordings import decoded

ATTACK_MS, RELEASE_MS = 30.0, 200.0
"""Of the compressor: slow enough to leave the hits alone."""
DIGITS = 2
"""Decimal places of levels in an analysis."""


def surveyed(reader: Reader, rate: int) -> tuple[Spectrum, Array]:
    """The spectrum and levels of a stream, and its K-weighted energies (channels, hops); reads changed tiles only."""

    def step(tile: Array, state: State) -> tuple[State, State]:
        early, late = state or (None, None)
        part, early = partial(tile, rate, early)
        energies, late = partials(tile, rate, late)
        return (part, energies), (early, late)

    parts, state = reader.fold(None, step)
    energies = np.concatenate([energies for _, energies in parts], axis=1) if parts else np.zeros((1, 0))
    return spectrum([part for part, _ in parts], state[0] if state else None, rate), energies


def _analyse(inputs: Sequence[Reader], params: Mapping[str, Json], rate: int, files: Sequence[Any]) -> Json:
    """The spectrum, the levels and the integrated loudness of a stream."""
    found, energies = surveyed(inputs[0], rate)
    levels = {name: [round(level, DIGITS) for level in each] for name, each in found._asdict().items()}
    loudness = integrated(energies, rate)
    return {**levels, "integrated_lufs": round(loudness, DIGITS) if np.isfinite(loudness) else None}


def _match(inputs: Sequence[Json], params: Mapping[str, Json], rate: int, files: Sequence[Any]) -> Json:
    """What to do to the mix: the tone and the bands that make it, the sides' gain, a compressor or null."""
    mix, reference = (Spectrum(*(tuple(each[name]) for name in Spectrum._fields)) for each in inputs)
    most = params["max_db"]
    tone = matching.tone(mix, reference, params["spectrum"], most)
    bands = matching.fitted(tone)
    squeeze = matching.squeeze(mix, reference, params["dynamics"], most)
    return {
        "tone_hz": np.round(matching.CONTROLS, 1).tolist(),
        "tone_db": tone.tolist(),
        "bands": [{"type": b.type, "freq_hz": b.hz, "q": b.q, "gain_db": b.gain_db} for b in bands],
        "width_db": matching.width_db(mix, reference, params["width"], most),
        "compressor": squeeze._asdict() if squeeze else None,
    }


def _target(inputs: Sequence[Json], params: Mapping[str, Json], rate: int, files: Sequence[Any]) -> Json:
    """The loudness to reach: so far from the master's own, or the mix's where it has none, to that of the reference."""
    mix, reference = (each["integrated_lufs"] for each in inputs)
    own = params["loudness"]
    start = mix if own is None else own
    if start is None or reference is None:
        return own
    low, high = LOUDNESS_RANGE
    return round(min(high, max(low, start + params["amount"] * (reference - start))), 1)


def _inserts(params: Mapping[str, Json], match: Mapping[str, Json] | None) -> Json:
    """The chain that applies a `match`: which effects it has follows from `params` alone, so does its latency."""
    found = match or {"bands": [], "width_db": 0.0, "compressor": None}
    made = []
    if "compressor" in params["effects"]:
        squeeze = found["compressor"] or {"threshold_db": 0.0, "ratio": 1.0, "makeup_db": 0.0}
        timing = {"attack_ms": ATTACK_MS, "release_ms": RELEASE_MS, "knee_db": matching.KNEE_DB, "detector": "rms"}
        made.append(spec(COMPRESSOR, **squeeze, **timing))
    if "eq" in params["effects"]:
        made.append(spec(EQ, bands=found["bands"]))
    if "width" in params["effects"]:
        made.append(spec(WIDTH, width=round(float(db_to_gain(found["width_db"])), 4)))
    return {"inserts": made}


def _reads(params: Mapping[str, Json], start: int, stop: int) -> list[tuple[int, int]]:
    return list(chain.reads_chain(_inserts(params, None), start, stop, params["rate"]))


def _apply(inputs: Sequence[Any], params: Mapping[str, Json], tile: Tile, state: State) -> tuple[Array, State]:
    return chain.run_chain([inputs[0]], _inserts(params, inputs[1]), tile, state)


EFFECTS: Mapping[str, Effect] = {"compressor": COMPRESSOR, "eq": EQ, "width": WIDTH}
"""What a match is made of, by name."""
ANALYSE = Recipe("matching.analyse", 1, "value", _analyse)
MATCH = Recipe("matching.match", 1, "value", _match)
TARGET = Recipe("matching.target", 1, "value", _target)
APPLY = Recipe("matching.apply", 1, "stream", _apply, reads=_reads)


def match_words(match: Mapping[str, Json]) -> str:
    """A match in words: 'matched: tone -2.0 to +1.5 dB, sides +1.0 dB, 1.4:1 over -20 dB'."""
    tone = match["tone_db"]
    said = [f"tone {min(tone):+.1f} to {max(tone):+.1f} dB"] if any(tone) else []
    if match["width_db"]:
        said.append(f"sides {match['width_db']:+.1f} dB")
    if squeeze := match["compressor"]:
        said.append(f"{squeeze['ratio']:.3g}:1 over {squeeze['threshold_db']:.0f} dB")
    return f"matched: {', '.join(said) or 'nothing to change'}"


@dataclass(frozen=True)
class Matched:
    """A signal brought closer to a reference, the value that says how, and the one that says how loud it is to be.

    None is what the reference is not asked for.
    """

    stream: Node
    match: Node | None
    target: Node | None


def plan_match(
    context: Context,
    once: Callable[[Node], Node],
    suffix: str,
    source: Node,
    values: Values,
    written: Callable[[str], Path],
) -> Matched | None:
    """The `source` brought closer to the reference of a master; None where there is none, or a fault: a useless file.

    `written` says where the song has a value of the master; `once` gives the node that is equal to a new one, if one
    was made before; `suffix` ends the names of new ones.
    """
    reference, path = values.reference, written("reference")
    file = decoded(context, reference.file, (*path, "file")) if reference is not None else None
    if reference is None or file is None:
        return None
    heard = once(
        Node(f"analysis of {reference.file}", "master", ANALYSE, {}, (file[0],), origins={(): (*path, "file")})
    )
    mine = once(Node(f"analysis of the mix{suffix}", "master", ANALYSE, {}, (source,), origins={(): path}))
    target = None
    if reference.loudness:
        wanted = {"loudness": values.loudness, "amount": reference.loudness}
        origins: Origins = {("loudness",): written("loudness"), ("amount",): (*path, "loudness")}
        target = once(Node(f"target{suffix}", "master", TARGET, wanted, (mine, heard), origins=origins))
    acting = {"compressor": reference.dynamics, "eq": reference.spectrum, "width": reference.width}
    effects = {name: effect.revision for name, effect in EFFECTS.items() if acting[name]}
    if not effects:
        return Matched(source, None, target)
    amounts = {name: getattr(reference, name) for name in ("spectrum", "width", "dynamics", "max_db")}
    origins = {(name,): (*path, name) for name in amounts}
    match = once(Node(f"match{suffix}", "master", MATCH, amounts, (mine, heard), origins=origins))
    params = {"effects": effects, "rate": context.rate}
    applied = Node(f"matched{suffix}", "master", APPLY, params, (source, match), origins={("effects",): path})
    return Matched(once(applied), match, target)
