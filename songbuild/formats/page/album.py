"""The report of an album."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from songbuild.formats.page import charts, remarks
from songbuild.formats.page.blocks import cards, closing, files, heading, notices, page, readings
from songbuild.formats.page.facts import AlbumFacts, Mark, Track
from songbuild.formats.page.markup import NONE, clock, escape, number, table
from songbuild.formats.page.song import balance_words

LOUDEST_OFFSET_DB = 9.0
"""An octave so far from the others is as dark as any."""


def album_page(facts: AlbumFacts) -> str:
    """The page, as HTML: one file that needs no other."""
    head = facts.head
    title = f"{head.title} – {head.artist}" if head.artist else head.title
    return page(f"{title}: delivery report", _body(facts))


def _body(facts: AlbumFacts) -> Iterator[str]:
    master, tracks = facts.master, facts.tracks
    yield from heading(facts.head, len(facts.warnings))
    yield from cards(facts.head.seconds, master.measured)
    yield from notices(facts.warnings)
    yield f"<h2>Sequence <small>{len(tracks)} tracks</small></h2>"
    marks = [Mark(each.title, clock(each.length_s), each.start_s, each.start_s + each.length_s) for each in tracks]
    sounds = [each.audio_s for each in tracks]
    yield from charts.timeline(master, marks, ("waveform", "loudness", "correlation"), sounds)
    yield from _sequence(tracks)
    yield from remarks.listing(facts.remarks)
    yield "<h2>Loudness of the tracks</h2>"
    yield from charts.levels(tracks)
    yield "<h2>Consistency</h2>"
    yield from _consistency(tracks)
    yield "<h2>Octave balance <small>dB against the mean of the tracks</small></h2>"
    yield from _octaves(tracks)
    yield '<h2>The whole album</h2><div class="pair"><div>'
    yield from charts.spectrum(master, "this album")
    yield f"<p>{escape(balance_words(master))}</p></div><div>"
    yield from charts.width(master)
    yield "</div></div>"
    yield from readings([master], ["Album"])
    if facts.gain_db is not None:
        yield f"<p>One gain of {number(facts.gain_db, 1, signed=True)} dB is on every track.</p>"
    if facts.disc:
        yield "<h2>CD <small>minutes : seconds : sectors of 1/75 s, from the start of the first track</small></h2>"
        yield from _disc(tracks, facts.disc)
    yield from files(facts.files)
    yield from closing(facts.head)


def _sequence(tracks: Sequence[Track]) -> Iterator[str]:
    rows = (
        [
            f"{each.number}. {escape(each.title)}",
            clock(each.start_s),
            clock(each.length_s),
            escape(each.join) or NONE,
            _step(each),
            escape(each.isrc) or NONE,
        ]
        for each in tracks
    )
    heads = ["Track", "Starts", "Length", "After the one before", "Louder than its end", "ISRC"]
    yield from table(heads, rows, "figures")


def _step(track: Track) -> str:
    step = track.measured.get("step_lu")
    return NONE if step is None else f"{number(step, 1, signed=True)} LU"


_READINGS = (
    ("integrated_lufs", "Integrated LUFS", 1),
    ("short_term_max_lufs", "Short-term max", 1),
    ("lra_lu", "LRA LU", 1),
    ("true_peak_dbtp", "True peak dBTP", 2),
    ("plr_lu", "PLR LU", 1),
    ("kept_lu", "Moved by the limiter LU", 2),
    ("correlation_mean", "Correlation", 2),
    ("head_silence_s", "Silent before s", 2),
    ("tail_silence_s", "Silent after s", 2),
)
"""(name, head, digits) of what is set beside each other."""


def _consistency(tracks: Sequence[Track]) -> Iterator[str]:
    known = [each for each in _READINGS if any(track.measured.get(each[0]) is not None for track in tracks)]
    rows = []
    for track in tracks:
        cells = [number(track.measured.get(name), digits) for name, _, digits in known]
        rows.append([f"{track.number}. {escape(track.title)}", *cells])
        if track.wrong:
            rows.append(["<br/>".join(f'<span class="bad">▲</span> {escape(each)}' for each in track.wrong)])
    yield from table(["Track", *(head for _, head, _ in known)], rows, "figures")


def _octaves(tracks: Sequence[Track]) -> Iterator[str]:
    octaves = sorted({octave for track in tracks for octave in track.offsets}, key=float)
    rows = (
        [f"{track.number}. {escape(track.title)}", *(_heat(track.offsets.get(octave)) for octave in octaves)]
        for track in tracks
    )
    yield from table(["Track", *(f"{octave} Hz" for octave in octaves)], rows, "heat")


def _heat(offset: float | None) -> str:
    if offset is None:
        return NONE
    strength = min(1.0, abs(offset) / LOUDEST_OFFSET_DB) * 0.75
    colour = f"rgb(var({'--up' if offset > 0 else '--down'})/{strength:.2f})"
    return f'<i style="background:{colour}">{number(offset, 1, signed=True)}</i>'


def _disc(tracks: Sequence[Track], lead_out: str) -> Iterator[str]:
    rows = [
        [f"{each.number}. {escape(each.title)}", each.index[0] or NONE, *each.index[1:], escape(each.isrc) or NONE]
        for each in tracks
    ]
    rows.append(["Lead-out", NONE, lead_out, NONE, NONE])
    yield from table(["Track", "Index 0", "Index 1", "Length", "ISRC"], rows, "figures")
