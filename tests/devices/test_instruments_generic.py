"""What every instrument promises, whatever it sounds like."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

import annotated_types
import numpy as np
import pytest

from songbuild.devices.device import Audio, Instrument, Note
from songbuild.devices.instruments import INSTRUMENTS
from songbuild.devices.placer import reach

RATE = 44_100
REQUIRED: dict[str, dict[str, Any]] = {"sampler": {"file": "tone.wav"}}
"""What an instrument needs to make any sound at all."""


@pytest.fixture(params=INSTRUMENTS.values(), ids=lambda instrument: instrument.name)
def instrument(request: pytest.FixtureRequest) -> Instrument:
    return request.param


def params(instrument: Instrument, **given: Any) -> Any:
    return instrument.params(**{**REQUIRED.get(instrument.name, {}), **given})


def samples(instrument: Instrument, p: Any) -> dict[str, Audio]:
    n = np.arange(RATE // 2)
    tone = np.sin(2 * np.pi * 440 * n / RATE) * np.exp(-n / 8000)
    return dict.fromkeys(instrument.files(p) if instrument.files else (), tone[None])


def render(instrument: Instrument, notes: list[Note], p: Any) -> list[Audio]:
    return instrument.render(notes, p, RATE, samples(instrument, p))


def phrase(instrument: Instrument) -> list[Note]:
    """A few different notes, in an order that is none."""
    keys = sorted(set(instrument.keys.values())) or [45.0, 60.0, 83.0, 60.25]
    notes = [
        Note(float(key), (0.8, 0.35, 1.0)[i % 3], (4000, 700, 0 if instrument.one_shot else 2500)[i % 3])
        for i, key in enumerate(keys)
    ]
    return [*notes[1::2], *notes[0::2]]


def legal(instrument: Instrument, rng: np.random.Generator, among: float = 1.0, most_s: float = 60) -> dict[str, Any]:
    """Parameters drawn from their ranges, each with a chance of `among`, times up to `most_s`; the ends are likely."""
    given: dict[str, Any] = {}
    for name, field in instrument.params.model_fields.items():
        if rng.random() > among:
            continue
        if get_origin(field.annotation) is Literal:
            options = get_args(field.annotation)
            given[name] = options[rng.integers(len(options))]
        elif field.annotation is bool:
            given[name] = bool(rng.integers(2))
        elif field.annotation in (int, float):
            low, high = bounds(field.metadata)
            if name.endswith(("_ms", "_s")):
                high = min(high, most_s * (1000 if name.endswith("_ms") else 1))
            spot = rng.choice([0.0, 1.0, rng.random()])
            value = low * (high / low) ** spot if low > 0 and high / low > 50 else low + (high - low) * spot
            given[name] = round(value) if field.annotation is int else float(min(max(value, low), high))
    return given


def bounds(metadata: list[Any]) -> tuple[float, float]:
    low = next(m.ge for m in metadata if isinstance(m, annotated_types.Ge))
    high = next(m.le for m in metadata if isinstance(m, annotated_types.Le))
    return float(low), float(high)


def test_alone_is_as_in_a_batch(instrument: Instrument) -> None:
    notes = phrase(instrument)
    p = params(instrument)
    together = render(instrument, notes, p)
    for note, audio in zip(notes, together, strict=True):
        (alone,) = render(instrument, [note], p)
        assert np.array_equal(alone, audio)


def test_equal_notes_are_equal_and_shapes_are_right(instrument: Instrument) -> None:
    notes = phrase(instrument)
    p = params(instrument)
    audio = render(instrument, [*notes, *notes], p)
    for first, second in zip(audio[: len(notes)], audio[len(notes) :], strict=True):
        assert first.dtype == np.float64
        assert first.shape[0] == instrument.channels
        assert np.array_equal(first, second)
        assert np.abs(first).max() > 1e-4


@pytest.mark.parametrize("draw", range(6))
def test_any_legal_parameters_give_finite_sound_within_the_tail(instrument: Instrument, draw: int) -> None:
    p = params(instrument, **legal(instrument, np.random.default_rng(draw), most_s=5.0))
    notes = phrase(instrument)[:3]
    for note, audio in zip(notes, render(instrument, notes, p), strict=True):
        assert np.isfinite(audio).all()
        assert np.abs(audio).max(initial=0.0) < 30.0
        assert audio.shape[1] <= reach(instrument, p, RATE, note)


def test_every_parameter_changes_something(instrument: Instrument) -> None:
    rng = np.random.default_rng(8)
    notes = phrase(instrument)
    bases = [params(instrument), *(params(instrument, **legal(instrument, rng, 0.5, 1.0)) for _ in range(12))]
    sounds: dict[int, list[Audio]] = {}
    for name in legal(instrument, rng):
        assert any(_differs(instrument, notes, bases, i, name, rng, sounds) for i in range(len(bases))), name


def _differs(
    instrument: Instrument,
    notes: list[Note],
    bases: list[Any],
    number: int,
    name: str,
    rng: np.random.Generator,
    sounds: dict[int, list[Audio]],
) -> bool:
    base = bases[number]
    other = getattr(base, name)
    while other == getattr(base, name):
        other = legal(instrument, rng, 1.0, 1.0)[name]
    if number not in sounds:
        sounds[number] = render(instrument, notes, base)
    changed = render(instrument, notes, base.model_copy(update={name: other}))
    return any(not np.array_equal(a, b) for a, b in zip(sounds[number], changed, strict=True))


def test_notes_begin_and_end_without_a_click(instrument: Instrument) -> None:
    p = params(instrument)
    for audio in render(instrument, phrase(instrument), p):
        assert np.abs(audio[:, -1]).max() < 10 ** (-90 / 20)
        peak = np.abs(audio).max()
        assert np.abs(audio[:, 0]).max() <= 0.5 * peak  # it doesn't start at its height
        assert np.abs(np.diff(audio[:, -200:])).max() < 1e-3 * max(peak, 1e-3)


def test_velocity_makes_it_louder_and_another_sound(instrument: Instrument) -> None:
    p = params(instrument)
    key = phrase(instrument)[0].pitch
    gate = 0 if instrument.one_shot else RATE // 2
    soft, *others = render(instrument, [Note(key, v, gate) for v in (0.25, 0.45, 0.65, 0.85, 1.0)], p)
    level = rms(soft)
    for audio in others:
        assert rms(audio) > level * 1.05
        level = rms(audio)
    if instrument.name != "sampler":  # one file sounds the same at any velocity
        n = min(soft.shape[1], others[-1].shape[1])
        a, b = soft[0, :n], others[-1][0, :n]
        assert abs(np.dot(a, b)) < 0.9999 * np.sqrt(np.dot(a, a) * np.dot(b, b))


def test_there_is_no_direct_current(instrument: Instrument) -> None:
    gate = 0 if instrument.one_shot else RATE
    key = phrase(instrument)[0].pitch
    (audio,) = render(instrument, [Note(key, 0.8, gate)], params(instrument))
    assert np.abs(audio.mean(axis=1)).max() < 2e-3 * max(float(np.abs(audio).max()), 1e-9)


def test_a_note_of_velocity_0_8_peaks_near_minus_12_dbfs(instrument: Instrument) -> None:
    gate = 0 if instrument.one_shot else 2 * RATE
    keys = [float(k) for k in sorted(set(instrument.keys.values()))] or [40.0, 52.0, 64.0, 76.0]
    audio = render(instrument, [Note(key, 0.8, gate) for key in keys], params(instrument))
    peaks = [20 * np.log10(np.abs(x).max()) for x in audio]
    assert -16.0 < max(peaks) < -8.0, peaks
    assert np.median(peaks) > -22.0, peaks


def test_samples_and_another_rate(instrument: Instrument) -> None:
    p = params(instrument)
    given = samples(instrument, p)
    before = {name: audio.copy() for name, audio in given.items()}
    note = phrase(instrument)[0]
    (audio,) = instrument.render([note], p, 96_000, given)
    assert np.isfinite(audio).all()
    assert audio.shape[1] <= instrument.tail(p, 96_000) + note.frames
    for name, array in before.items():
        assert np.array_equal(array, given[name])


def rms(audio: Audio) -> float:
    """Over the first half second."""
    return float(np.sqrt(np.mean(np.square(audio[:, : RATE // 2]))))
