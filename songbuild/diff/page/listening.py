"""What is heard of a difference: players and tables of what a meter says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from songbuild.diff.facts import TICKS
from songbuild.diff.heard import BANDS, Clip, Heard, Stream, Stretch
from songbuild.diff.words import beat_text, listing, words
from songbuild.formats.page.markup import NONE, escape, number, table

_HEADS = (
    "", "Loudness, LUFS", "True peak, dBTP", "Range, LU", *(band.capitalize() for band in BANDS), "Width", "Null",
    "Null, matched",
)  # fmt: skip
_AUDIBLE = {"loudness_lufs": 0.3, "true_peak_dbtp": 0.5, "lra_lu": 0.5, "width_db": 1.0, "band": 1.0}
"""Steps from which on a figure is in bold."""


def listening(heard: Heard, level: int) -> Iterator[str]:
    """Everything heard, below headings of a level."""
    yield f"<h{level}>Heard</h{level}>"
    yield from (f'<p><span class="bad">▲</span> {escape(fault)}</p>' for fault in heard.faults)
    yield from _players(heard.clips)
    differing = [stream for stream in heard.streams if not stream.same and stream.whole is not None]
    for at, stream in enumerate(differing):
        shown = "" if at else ' open="open"'
        yield f"<details{shown}><summary><b>{_name(stream)}</b>{_first(stream)}</summary>"
        yield from table(_HEADS, _rows(stream), "figures heard")
        yield "</details>"
    if differing:
        yield (
            "<p>Bands, width and nulls in dB: width is the sides beside the middle, null what is left of one version "
            "minus the other, as it is and after both were brought to one loudness. In bold: steps that are heard.</p>"
        )
    same = [_name(stream) for stream in heard.streams if stream.same]
    if same:
        yield f"<p>Equal, sample for sample: {listing(same)}.</p>"


def _name(stream: Stream) -> str:
    return escape(stream.name if stream.kind in ("master", "mix") else f"{words(stream.name)} ({stream.kind})")


def _first(stream: Stream) -> str:
    """Where the first difference is that can be heard."""
    if stream.first is None:
        return ", no difference that can be heard"
    place = stream.first
    beat = beat_text(round((place.beat - 1) * TICKS))
    of = " of the version before" if place.side == "old" else ""
    return f", first heard at bar {place.bar}, beat {beat} ({number(place.seconds, 2)} s){of}"


def _players(clips: Sequence[Clip]) -> Iterator[str]:
    if not clips:
        return
    yield '<div class="clips">'
    for clip in clips:
        yield f"<div><b>{escape(clip.name)}</b>"
        for name, file, gain in (
            ("before", clip.before, clip.before_gain_db),
            ("after", clip.after, clip.after_gain_db),
        ):
            if file is not None:
                turned = f" {number(gain, 1, signed=True)} dB" if round(gain, 1) else ""
                told = escape(f"{clip.name}, {name}{turned}")
                player = f'<audio controls="controls" preload="none" src="{escape(file)}" title="{told}"></audio>'
                yield f"<label>{name}{player}</label>"
        yield "</div>"
    yield "</div><p>The versions of a clip are equally loud: the louder one was turned down.</p>"


def _rows(stream: Stream) -> Iterator[list[str]]:
    assert stream.whole is not None
    for stretch in (stream.whole, *stream.sections):
        sign = "+ " if stretch.old is None else "− " if stretch.new is None else ""
        name = sign + escape(stretch.name or "whole")
        if stretch.same:
            yield [f"{name}<small>equal</small>", *[NONE] * (len(_HEADS) - 1)]
        else:
            yield [name, *_cells(stretch)]


def _cells(stretch: Stretch) -> Iterator[str]:
    before, after = stretch.before, stretch.after
    missing = stretch.old is None or stretch.new is None
    for field in ("loudness_lufs", "true_peak_dbtp", "lra_lu"):
        yield _step(getattr(before, field), getattr(after, field), _AUDIBLE[field], missing)
    for was, now in zip(before.bands_db, after.bands_db, strict=True):
        yield _step(was, now, _AUDIBLE["band"], missing)
    yield _step(before.width_db, after.width_db, _AUDIBLE["width_db"], missing)
    yield number(stretch.null_db, 1)
    yield number(stretch.matched_null_db, 1)


def _step(was: float | None, now: float | None, audible: float, missing: bool) -> str:
    """'−14.2 → −13.8', in bold where the step is one that is heard; one figure where there is one version."""
    if was is None and now is None:
        return NONE
    if missing:
        return number(now if now is not None else was, 1)
    if was is None or now is None or abs(now - was) >= 0.05:
        told = f"{number(was, 1)} → {number(now, 1)}"
        return f"<b>{told}</b>" if was is None or now is None or abs(now - was) >= audible else told
    return number(now, 1)
