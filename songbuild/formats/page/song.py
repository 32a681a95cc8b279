"""The report of a song."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from songbuild.formats.page import charts, remarks
from songbuild.formats.page.blocks import cards, closing, files, heading, notices, page, readings
from songbuild.formats.page.facts import Master, SongFacts
from songbuild.formats.page.markup import escape, number


def song_page(facts: SongFacts) -> str:
    """The page, as HTML: one file that needs no other."""
    head = facts.head
    title = f"{head.title} – {head.artist}" if head.artist else head.title
    return page(f"{title}: delivery report", _body(facts))


def _body(facts: SongFacts) -> Iterator[str]:
    own, *versions = facts.masters
    yield from heading(facts.head, len(facts.warnings))
    yield from cards(facts.head.seconds, own.measured)
    yield from notices(facts.warnings)
    yield "<h2>Master</h2>"
    said = remarks.marks(facts.remarks, float(own.curves["seconds"]))
    yield from charts.timeline(own, facts.marks, ("waveform", "loudness", "correlation"), more=said)
    yield charts.form(facts.marks)
    yield '<div class="pair"><div>'
    yield from charts.spectrum(own)
    yield f"<p>{escape(balance_words(own))}</p></div><div>"
    yield from charts.width(own)
    yield "</div></div>"
    yield from remarks.listing(facts.remarks)
    yield "<h2>Readings</h2>"
    yield from readings(facts.masters, ["Master", *(escape(each.name) for each in versions)])
    for each in versions:
        yield f"<h2>Version {escape(each.name)}<small>{escape(each.target)}</small></h2>"
        yield from charts.timeline(each, facts.marks, ("waveform", "loudness"))
    yield from files(facts.files)
    yield from closing(facts.head)


def balance_words(master: Master) -> str:
    """Where the spectrum leaves the usual range, and how far: '25–40 Hz up to −7.5 dB'."""
    if master.balance_db is None:
        return "There is no balance to speak of: bands are silent."
    found = charts.outside(master)
    if not found:
        return "Every band lies within the usual range."
    return f"Outside of the usual range: {', '.join(_stretch(run) for run in found)}."


def _stretch(run: Sequence[tuple[str, float]]) -> str:
    """A run of neighbouring bands (Hz, dB) that are off to the same side."""
    most = max((off for _, off in run), key=abs)
    (first, _), (last, _) = run[0], run[-1]
    if first == last:
        return f"{first} Hz by {number(most, 1, signed=True)} dB"
    return f"{first}–{last} Hz by up to {number(most, 1, signed=True)} dB"
