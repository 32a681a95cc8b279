"""The pictures of a report: time, spectrum, width, levels beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from songbuild.dsp.balance import corridor
from songbuild.dsp.spectrum import BANDS
from songbuild.formats.page.facts import Mark, Master, Track
from songbuild.formats.page.markup import clock, escape, number
from songbuild.formats.page.svg import Scale, Values, across, band, bars, line, picture, ticks, upright

Curves = Mapping[str, Any]
STEPS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800)
MOST_TICKS = 7
MOST_NAMES = 6
"""So many names of stretches fit over a plot on a telephone."""
LOUDNESS_LU = 36
"""The height of a plot of loudness."""
NOMINAL_HZ = (
    "20", "25", "31.5", "40", "50", "63", "80", "100", "125", "160", "200", "250", "315", "400", "500", "630", "800",
    "1k", "1.25k", "1.6k", "2k", "2.5k", "3.15k", "4k", "5k", "6.3k", "8k", "10k", "12.5k", "16k", "20k",
)  # fmt: skip
"""IEC 61260-1, annex E: what the bands are called."""
_LABELLED = range(2, BANDS, 3)
"""Third octaves with a label: one an octave."""


@dataclass(frozen=True, slots=True)
class Row:
    """One plot of a figure: its caption, its labels at the left, what is drawn, and how high it is (a class)."""

    caption: str
    labels: str
    body: str
    height: str = ""


def key(kind: str, words: str) -> str:
    """What a kind of line or surface in a plot means."""
    return f'<span class="key"><i class="{kind}"></i>{escape(words)}</span>'


def figure(rows: Iterable[Row], above: str = "", below: str = "", kind: str = "few") -> Iterator[str]:
    """Plots that share what is to the right of them: a strip of a kind `above`, 'few' or 'many', and labels `below`."""
    yield '<figure class="plots">'
    if above:
        yield f'<div class="row"><div></div><div class="strip {kind}">{above}</div></div>'
    for row in rows:
        yield f'<div class="caption">{row.caption}</div><div class="row"><div class="ticks">{row.labels}</div>'
        yield f'<div class="plot {row.height}">{row.body}</div></div>'
    yield f'<div class="row"><div></div><div class="axis">{below}</div></div></figure>'


def timeline(
    master: Master,
    marks: Sequence[Mark],
    rows: Sequence[str],
    sounds: Sequence[tuple[float, float]] = (),
    more: Sequence[Row] = (),
) -> Iterator[str]:
    """A figure over time with some of the rows 'waveform', 'loudness' and 'correlation'.

    `sounds` are where the tracks of an album begin and end, in seconds; they are drawn where there are any.  `more` are
    further rows, below the others.
    """
    seconds = float(master.curves["seconds"])
    width = seconds / float(master.curves["column_s"]) if seconds else 1.0
    edges = [mark.start_s / seconds * width for mark in marks if seconds and mark.start_s > 0.0]
    seams = upright(edges, "section")
    drawn = {"waveform": _waveform, "loudness": _loudness, "correlation": _correlation}
    made = [_sounds(sounds, seconds)] if sounds else []
    made += [*(drawn[name](master, width, seams) for name in rows), *more]
    yield from figure(made, _strip(marks, seconds), _times(seconds), "many" if _many(marks) else "few")


def _sounds(sounds: Sequence[tuple[float, float]], seconds: float) -> Row:
    """Tracks one after the other, by turns above and below, so that an overlap is seen."""
    boxes = (
        f"M{left:.2f} {10 + 44 * (at % 2)}H{right:.2f}v36H{left:.2f}z"
        for at, (left, right) in enumerate((1000 * start / seconds, 1000 * stop / seconds) for start, stop in sounds)
    )
    path = f'<path class="sound" d="{"".join(boxes)}"/>'
    return Row("<b>Tracks</b> gaps and crossfades", "", picture("The tracks in time", 1000, [path]), "thin")


def _waveform(master: Master, width: float, seams: str) -> Row:
    curves = master.curves
    lanes = len(curves["low"])
    body = []
    for lane, (low, high) in enumerate(zip(curves["low"], curves["high"], strict=True)):
        scale = Scale(1.0 + 2.0 * lane, 1.0 + 2.0 * (lane - lanes))  # each lane has 2 of the height, from +1 to -1
        body += [across(0.0, scale, width, "zero"), band(low, high, scale, "wave")]
    names = ("left", "right") if lanes == 2 else ("",)
    labels = "".join(
        f'<span style="top:{100 * (lane + 0.5) / lanes:.1f}%">{name[:1].upper()}</span>'
        for lane, name in enumerate(names)
    )
    title = "The waveform over time: the extremes of each channel"
    return Row("<b>Waveform</b> full scale at the edges", labels, picture(title, width, [*body, seams]), "wide")


def _loudness(master: Master, width: float, seams: str) -> Row:
    curves, aim = master.curves, master.loudness
    known = [value for value in (*curves["momentary_high"], aim) if value is not None]
    top = ceil((max(known, default=-20.0) + 1.0) / 3.0) * 3.0
    scale = Scale(top, top - LOUDNESS_LU)
    levels = [top - step for step in range(6, LOUDNESS_LU, 6)]
    body = [*(across(level, scale, width, "grid") for level in levels), seams]
    body.append(band(curves["momentary_low"], curves["momentary_high"], scale, "momentary"))
    body.append(line(curves["short_term"], scale, "short"))
    keys = [key("momentary", "momentary, 400 ms"), key("short", "short-term, 3 s")]
    if aim is not None:
        body.append(across(aim, scale, width, "target"))
        keys.append(key("target", f"target {number(aim, 1)} LUFS, integrated"))
    caption = f"<b>Loudness</b> LUFS {''.join(keys)}"
    labels = "".join(ticks(scale, ((level, number(level, 0)) for level in levels)))
    return Row(caption, labels, picture("Momentary and short-term loudness over time", width, body), "high")


def _correlation(master: Master, width: float, seams: str) -> Row:
    curves, scale = master.curves, Scale(1.05, -1.05)
    body = [*(across(level, scale, width, "grid") for level in (1.0, 0.5, -0.5, -1.0)), across(0, scale, width, "zero")]
    body += [seams, band(curves["correlation_low"], curves["correlation_high"], scale, "related")]
    labels = "".join(ticks(scale, ((1.0, "+1"), (0.0, "0"), (-1.0, "−1"))))
    caption = "<b>Correlation</b> +1 mono, 0 unrelated, below 0 lost in mono"
    return Row(caption, labels, picture("Correlation of left and right over time", width, body), "low")


def spectrum(master: Master, words: str = "this master") -> Iterator[str]:
    """The long-term spectrum, which `words` name, beside the corridor."""
    low, high = ([round(level, 2) for level in edge.tolist()] for edge in corridor())
    own, other = master.balance_db, master.reference_db
    peak = max((*high, *(own or ()), *(other or ())))
    top = ceil((peak + 1.0) / 6.0) * 6.0
    scale = Scale(top, top - 54.0)
    levels = [top - step for step in range(6, 54, 12)]
    body = [*(across(level, scale, BANDS, "grid") for level in levels), upright(_octaves(), "grid")]
    body.append(band(low, high, scale, "corridor"))
    keys = [key("corridor", "usual range")]
    if other is not None:
        body.append(line(other, scale, "reference"))
        keys.append(key("reference", "reference"))
    if own is not None:
        body.append(line(own, scale, "spectrum"))
        keys.append(key("spectrum", words))
    labels = "".join(ticks(scale, ((level, number(level, 0)) for level in levels)))
    title = "The long-term spectrum in third octaves, beside the usual range"
    row = Row(f"<b>Spectrum</b> dB, third octaves {''.join(keys)}", labels, picture(title, BANDS, body), "high")
    yield from figure([row], below=_hertz())


def width(master: Master) -> Iterator[str]:
    """How wide each band is."""
    shares: Values = [None if share is None else 100.0 * share for share in master.sides]
    most = max((share for share in shares if share is not None), default=0.0)
    scale = Scale(60.0 if most <= 60.0 else 100.0, 0.0)
    levels = [level for level in (20.0, 40.0, 60.0, 80.0) if level < scale.top]
    body = [*(across(level, scale, BANDS, "grid") for level in levels), upright(_octaves(), "grid")]
    body += [bars(shares, scale, "wide"), across(50.0, scale, BANDS, "even")]
    labels = "".join(ticks(scale, ((level, number(level, 0)) for level in (0.0, *levels))))
    caption = f"<b>Width</b> sides in % of each band {key('even', '50 %: unrelated channels')}"
    title = "The share of the sides in the power of each third octave"
    yield from figure([Row(caption, labels, picture(title, BANDS, body), "high")], below=_hertz())


def levels(tracks: Sequence[Track]) -> Iterator[str]:
    """A bar for each track: integrated loudness, with the highest short-term loudness and the target as lines."""
    known = [track.measured.get(name) for track in tracks for name in ("integrated_lufs", "short_term_max_lufs")]
    known += [track.loudness for track in tracks]
    heard = [level for level in known if level is not None]
    top = ceil((max(heard, default=-9.0) + 1.0) / 3.0) * 3.0
    bottom = min(top - 18.0, floor((min(heard, default=-20.0) - 1.0) / 3.0) * 3.0)

    def place(level: float) -> str:
        return f"{min(100.0, max(0.0, 100.0 * (level - bottom) / (top - bottom))):.2f}%"

    yield '<div class="levels">'
    keys = [key("loud", "integrated"), key("short", "short-term, highest")]
    keys += [key("target", "target")] if any(track.loudness is not None for track in tracks) else []
    yield f'<div class="caption">LUFS {"".join(keys)}</div>'
    for track in tracks:
        own, most, aim = (
            *(track.measured.get(name) for name in ("integrated_lufs", "short_term_max_lufs")),
            track.loudness,
        )
        bar = f'<i class="loud" style="width:{place(own)}"></i>' if own is not None else ""
        bar += f'<i class="most" style="left:{place(most)}"></i>' if most is not None else ""
        bar += f'<i class="aim" style="left:{place(aim)}"></i>' if aim is not None else ""
        name = escape(f"{track.number}. {track.title}")
        yield f'<div class="level"><span title="{name}">{name}</span><span class="bar">{bar}</span>'
        yield f"<span>{number(own, 1)}</span></div>"
    step = 3 if top - bottom <= 12 else 6
    labels = (f'<span style="left:{place(level)}">{number(level, 0)}</span>' for level in _between(bottom, top, step))
    yield f'<div class="level"><span></span><span class="axis">{"".join(labels)}</span><span></span></div></div>'


def _between(bottom: float, top: float, step: int) -> Iterator[float]:
    level = bottom
    while level <= top:
        yield level
        level += step


def outside(master: Master) -> list[list[tuple[str, float]]]:
    """Runs of neighbouring bands outside of the corridor, each on one side of it: (nominal Hz, how far in dB)."""
    runs: list[list[tuple[str, float]]] = []
    before = 0.0
    edges = zip(NOMINAL_HZ, master.balance_db or (), *(edge.tolist() for edge in corridor()), strict=False)
    for hertz, level, low, high in edges:
        off = round(max(level - high, 0.0) + min(level - low, 0.0), 1)
        if off * before > 0.0:
            runs[-1].append((hertz, off))
        elif off:
            runs.append([(hertz, off)])
        before = off
    return runs


def _octaves() -> list[float]:
    return [place + 0.5 for place in _LABELLED]


def _hertz() -> str:
    places = ((100.0 * (place + 0.5) / BANDS, NOMINAL_HZ[place]) for place in _LABELLED)
    return "".join(f'<span style="left:{left:.2f}%">{text}</span>' for left, text in places)


def _strip(marks: Sequence[Mark], seconds: float) -> str:
    """The names of stretches over the time that they take, each with a number to stand for it on a telephone."""
    spans = []
    for place, mark in enumerate(marks, 1):
        left, wide = 100.0 * mark.start_s / seconds, 100.0 * (mark.stop_s - mark.start_s) / seconds
        words = f"<b>{escape(mark.label)}</b><small>{escape(mark.note)}</small>"
        title = escape(f"{mark.label}, {mark.note}, {clock(mark.start_s)}")
        place_words = f'style="left:{left:.3f}%;width:{wide:.3f}%"'
        spans.append(f'<span title="{title}" {place_words}><i>{place}</i>{words}</span>')
    return "".join(spans)


def form(marks: Sequence[Mark]) -> str:
    """The same as a list, for where the strip has room for the numbers alone."""
    items = (
        f"<li><i>{place}</i> <b>{escape(mark.label)}</b> {escape(mark.note)}, {clock(mark.start_s)}</li>"
        for place, mark in enumerate(marks, 1)
    )
    return f'<ol class="form">{"".join(items)}</ol>' if _many(marks) else ""


def _many(marks: Sequence[Mark]) -> bool:
    return len(marks) > MOST_NAMES


def _times(seconds: float) -> str:
    if not seconds:
        return ""
    step = next((step for step in STEPS_S if seconds / step <= MOST_TICKS), STEPS_S[-1])
    times = [step * at for at in range(floor(seconds / step) + 1)]
    texts = [f"{number(time, 1)} s" if step < 1 else clock(time) for time in times]
    return "".join(
        f'<span style="left:{100 * time / seconds:.2f}%">{text}</span>' for time, text in zip(times, texts, strict=True)
    )
