"""The page: what differs, in words and in pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from songbuild.diff.change import Change, Difference
from songbuild.diff.facts import Facts
from songbuild.diff.heard import Heard
from songbuild.diff.page import cast, form, lanes, tone, words
from songbuild.diff.page.drawing import DEFINITIONS
from songbuild.diff.page.listening import listening
from songbuild.diff.page.listing import areas, listing
from songbuild.diff.page.notes import Spell, notes
from songbuild.diff.page.room import Room
from songbuild.diff.page.stretches import Stretch, changed_stretches
from songbuild.diff.page.style import STYLE
from songbuild.diff.words import bars_text, count, playing, playings
from songbuild.diff.words import words as spaced
from songbuild.formats.page import blocks
from songbuild.formats.page.markup import escape
from songbuild.model.scales import Key, parse_key, spell
from songbuild.problems import NotationError

MOST_BYTES = 560_000
"""Bytes of a page, about; what would make it larger isn't drawn, and the page says so."""
_MOST_DETAILS = 150_000
"""Bytes of what changes are made of."""
_POLICY = "; media-src 'self' data: file:"
_KEY = (
    '<p class="key"><span class="kept">▬</span> stays <span class="added">■ added</span> '
    '<span class="removed">⍁ removed</span> <span class="moved">□→■ moved, longer, louder…</span> '
    "Louder notes are fuller, louder strokes on a drum higher. Point at a note for more.</p>"
)


def page(difference: Difference, labels: tuple[str, str], heard: Heard | None = None, title: str = "") -> str:
    """The page of a difference, as HTML: one file that needs no other but the clips of `heard`.

    labels  what the two versions are called: ('v1.0', 'working tree')
    title   of the page; else that of the song or album
    """
    name = title or difference.new.title or difference.old.title or "untitled"
    return blocks.page(f"{name}: musical diff", _body(difference, labels, heard, name), STYLE, _POLICY)


def _body(difference: Difference, labels: tuple[str, str], heard: Heard | None, name: str) -> Iterator[str]:
    songs = {song: each for song, each in difference.songs.items() if each}
    everything = [*difference.changes, *(change for each in songs.values() for change in each.changes)]
    yield DEFINITIONS
    yield f'<header><div><p class="kind">Musical diff</p><h1>{escape(name)}</h1>'
    yield '<ul class="sides">'
    yield from (
        f"<li><b>{side}</b> {escape(label)}</li>" for side, label in zip(("before", "after"), labels, strict=True)
    )
    yield "</ul></div></header>"
    if not everything and heard is None:
        yield '<p><span class="state ok">✓ nothing differs</span></p>'
    yield from areas(everything) if everything else ()
    details = Room(_MOST_DETAILS)
    text = list(_told(difference, heard, 2, details))
    told = {
        song: list(_told(each, heard.songs.get(song) if heard else None, 3, details)) for song, each in songs.items()
    }
    room = Room(MOST_BYTES - sum(len(piece.encode()) for pieces in (text, *told.values()) for piece in pieces))
    yield from text
    yield from _pictures(difference, room, 2)
    for song, each in songs.items():
        changes = count(len(each.changes), "change")
        yield f'<h2 class="song">{escape(each.new.title or song)}<small>{changes}</small></h2>'
        yield from told[song]
        yield from _pictures(each, room, 3)
    yield "<footer><p>Made by songbuild.</p></footer>"


def _told(difference: Difference, heard: Heard | None, level: int, details: Room) -> Iterator[str]:
    """What is said in words and figures."""
    if difference.changes:
        yield f"<h{level}>Changes <small>what is heard most comes first</small></h{level}>"
        yield from listing(difference.changes, details)
    if heard is not None and (heard.streams or heard.clips or heard.faults):
        yield from listening(heard, level)


def _pictures(difference: Difference, room: Room, level: int) -> Iterator[str]:
    """The pictures, as far as there is room."""
    moves = form.changed(difference)
    if moves or cast.differs(difference):
        shown = "".join((form.arrangement(difference) if moves else "", *cast.cast(difference)))
        if room.fit(shown):
            yield f"<h{level}>Arrangement</h{level}>{shown}"
    for title, kind, pieces in (
        ("Chords", "", words.chords(difference)),
        ("Lyrics", "", words.lyrics(difference)),
        ("Automation", "pair", lanes.automation(difference)),
        ("Equalisers, filters and compressors", "pair", tone.curves(difference)),
    ):
        yield from _section(title, kind, pieces, room, level)
    yield from _notes(difference, room, level)


def _section(title: str, kind: str, pieces: Iterable[str], room: Room, level: int) -> Iterator[str]:
    """Pieces below a heading, as many as there is room for."""
    pieces = list(pieces)
    shown = [piece for piece in pieces if room.fit(piece)]
    if pieces:
        yield f'<h{level}>{title}</h{level}><div class="{kind}">{"".join(shown)}</div>'
    if len(shown) < len(pieces):
        yield _left_out(len(pieces) - len(shown))


def _left_out(pictures: int) -> str:
    words_ = count(pictures, "picture")
    return f"<p>{words_} more would make this page too large; the list of changes tells what they would show.</p>"


def _notes(difference: Difference, room: Room, level: int) -> Iterator[str]:
    """A picture of each part's changed bars; where there is no room for all, those of the weightiest parts."""
    found = {
        new or old or "": changed_stretches(difference, (old, new))
        for old, new in difference.parts
        if difference.notes.get(new or old or "")
    }
    if not any(found.values()):
        return
    weights = _weights(difference.changes)
    order = sorted(found, key=lambda part: (-weights[part], list(found).index(part)))
    drawn: dict[str, list[str]] = {}
    for part in order:
        pieces = [_piece(difference, part, stretch) for stretch in found[part]]
        drawn[part] = [piece for piece in pieces if room.fit(piece)]
    yield f"<h{level}>Notes</h{level}>{_KEY}"
    for part, stretches in found.items():
        if not drawn[part]:
            continue
        differing = count(len(difference.notes[part]), "note")
        yield f"<h{level + 1}>{escape(spaced(part))}<small>{differing} differ</small></h{level + 1}>"
        yield f'<div class="tiles">{"".join(drawn[part])}</div>'
        yield _left_out(len(stretches) - len(drawn[part])) if len(drawn[part]) < len(stretches) else ""
    missing = [part for part in found if not drawn[part]]
    if missing:
        yield f"<p>Not drawn, or this page would be too large: {escape(', '.join(map(spaced, missing)))}.</p>"


def _weights(changes: Iterable[Change]) -> Mapping[str, float]:
    """How much is heard of what changes in the notes of each part."""
    weights: Counter[str] = Counter()
    for change in changes:
        if change.area in ("notes", "parts"):
            weights[change.subject] += change.weight  # type: ignore[assignment]
    return weights


def _piece(difference: Difference, part: str, stretch: Stretch) -> str:
    facts = difference.new if stretch.side == "new" else difference.old
    where = playings(stretch.sections, facts.sections)
    bars = bars_text(stretch.bars)
    gone = ", as it was" if stretch.side == "old" else ""
    title = f"{spaced(part)}, {where}, {bars}{gone}"
    shown = notes(stretch, title, _spell(facts, stretch.sections[0]), _drums(facts, part))
    times = len(stretch.sections)
    alike = f" of {escape(playing(stretch.sections[0], facts.sections))}, alike in all" if times > 1 else ""
    return f'<div data-playings="{times}"><h4>{escape(where)}<small>{bars}{alike}{gone}</small></h4>{shown}</div>'


def _spell(facts: Facts, section: int) -> Spell:
    """How the key of a section names pitches."""
    try:
        key = parse_key(facts.sections[section].key)
    except NotationError:  # it has none
        key = Key()
    return lambda pitch: spell(pitch, key).capitalize()


def _drums(facts: Facts, part: str) -> Mapping[int, str]:
    """The drums of a part's instrument by their pitches; none where it plays tones."""
    from songbuild.devices.instruments import INSTRUMENTS

    name = facts.parts[part].instrument.partition("/")[0] if part in facts.parts else ""
    keys = INSTRUMENTS[name].keys if name in INSTRUMENTS else {}
    return {pitch: drum for drum, pitch in reversed(list(keys.items()))}
