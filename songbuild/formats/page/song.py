"""The report of a song."""

from __future__ import annotations

from collections.abc import Iterator

from songbuild.formats.page import charts
from songbuild.formats.page.blocks import cards, closing, files, heading, notices, page, readings
from songbuild.formats.page.facts import Master, SongFacts
from songbuild.formats.page.markup import escape, number


def song_page(facts: SongFacts) -> str:
    """The page, as HTML: one file that needs no other."""
    head = facts.head
    title = f"{head.title} – {head.artist}" if head.artist else head.title
    return page(f"{title}: delivery report", head.language, _body(facts))


def _body(facts: SongFacts) -> Iterator[str]:
    own, *versions = facts.masters
    yield from heading(facts.head, len(facts.warnings))
    yield from cards(facts.head.seconds, own.measured)
    yield from notices(facts.warnings)
    yield "<h2>Master</h2>"
    yield from charts.timeline(own, facts.marks, ("waveform", "loudness", "correlation"))
    yield '<div class="pair"><div>'
    yield from charts.spectrum(own)
    yield f"<p>{escape(balance_words(own))}</p></div><div>"
    yield from charts.width(own)
    yield "</div></div><h2>Readings</h2>"
    yield from readings(facts.masters, ["Master", *(escape(each.name) for each in versions)])
    for each in versions:
        yield f"<h2>Version {escape(each.name)}<small>{escape(each.target)}</small></h2>"
        yield from charts.timeline(each, facts.marks, ("waveform", "loudness"))
    yield from files(facts.files)
    yield from closing(facts.head)


def balance_words(master: Master) -> str:
    """Which bands are outside of the usual range, by how much: '63 Hz +2.1 dB'."""
    if master.balance_db is None:
        return "There is no balance to speak of: bands are silent."
    found = charts.outside(master)
    if not found:
        return "Every band lies within the usual range."
    said = ", ".join(f"{_hertz(hz)} {number(off, 1, signed=True)} dB" for hz, off in found)
    return f"Outside of the usual range: {said}."


def _hertz(hz: float) -> str:
    return f"{hz / 1000:.3g} kHz" if hz >= 999.0 else f"{hz:.3g} Hz"
