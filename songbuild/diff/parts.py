"""What became of the parts: tracks added, removed and renamed, where they enter and leave, who plays them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from songbuild.diff.change import Change
from songbuild.diff.facts import Facts, Part
from songbuild.diff.identity import Both, Side, same_recording
from songbuild.diff.words import bars_of, count, parts_text, places, playing, plural, words
from songbuild.problems import Path

_MATTER = 0.7
"""How much a part that comes or goes changes what is heard while it plays."""


def changes(both: Both) -> list[Change]:
    """Every change of who plays, and in which sections."""
    return [*_tracks(both), *_renamed(both), *_recordings(both), *_entries(both)]


def _path(name: str) -> Path:
    return ("arrangement", "tracks", name)


def _tracks(both: Both) -> Iterator[Change]:
    for old, new in both.parts:
        if old is None and new is not None:
            yield _track(both, new, "new")
        elif new is None and old is not None:
            yield _track(both, old, "old")


def _track(both: Both, name: str, side: Side) -> Change:
    """A track that is in one song only."""
    facts, played = (both.new, both.new_notes) if side == "new" else (both.old, both.old_notes)
    part, came = facts.parts[name], side == "new"
    where = [index for index, notes in enumerate(played[name]) if notes]
    where = recorded(facts, part.recording) if part.recording else where
    player = _player(part)
    told = _recording(facts, name, part.recording) if part.recording else player
    text = f"{words(name)} {'added' if came else 'removed'}{f' ({told})' if told else ''}"
    if where:
        text += f": {'plays' if came else 'played'} {_in(places(where, facts.sections))}"
    share = both.share(where, side) if where or not part.recording else 1.0
    return Change(
        "parts", "added" if came else "removed", name, text,
        tuple(bars_of(facts.sections[index], side) for index in where),
        None if came else player, player if came else None, path=_path(name), weight=_MATTER * share,
    )  # fmt: skip


def _recording(facts: Facts, name: str, recording: str) -> str:
    """'recorded, 2 takes', of one that isn't called as its part is 'recording vox, 2 takes'."""
    tree: Any = facts.tree.get("recordings") or {}
    takes = count(len(tree.get(recording, {}).get("takes", ())), "take")
    return f"{'recorded' if recording == name else f'recording {words(recording)}'}, {takes}"


def recorded(facts: Facts, recording: str) -> list[int]:
    """The playings in which a recording's comp sounds; none where it isn't known how long it does."""
    tree: Any = facts.tree.get("recordings") or {}
    comp = [cut for cut in tree.get(recording, {}).get("comp", ()) if isinstance(cut["start"], int)]
    return [
        index
        for index, section in enumerate(facts.sections)
        if any(cut["start"] < section.start + section.length and cut["stop"] > section.start for cut in comp)
    ]


def _in(place: str) -> str:
    return place if place == "throughout" else f"in {place}"


def _renamed(both: Both) -> Iterator[Change]:
    for old, new in both.both_parts:
        if old != new:
            text = f"{words(old)} renamed to {words(new)}"
            yield Change("parts", "renamed", new, text, (), old, new, path=_path(new), weight=0.01)


def _recordings(both: Both) -> Iterator[Change]:
    """Parts that play another recording, or one in place of an instrument."""
    for old, new in both.both_parts:
        was, now = both.old.parts[old], both.new.parts[new]
        if was.recording == now.recording or same_recording(both.old, was.recording, both.new, now.recording):
            continue
        text = f"{words(new)} now plays {_player(now) or 'nothing'} (was {_player(was) or 'nothing'})"
        yield Change(
            "parts", "changed", new, text, (), _player(was), _player(now),
            path=(*_path(new), "recording" if now.recording else "instrument"), weight=0.6,
        )  # fmt: skip


def _player(part: Part) -> str:
    return f"recording {words(part.recording)}" if part.recording else part.instrument


def _entries(both: Both) -> Iterator[Change]:
    """Parts that play in other sections than before, those alike told together."""
    found: dict[tuple[tuple[int, ...], tuple[int, ...], int, int], list[str]] = {}
    for old, new in both.both_parts:
        was = {j for i, j in both.kept if both.old_notes[old][i]}
        now = {j for _, j in both.kept if both.new_notes[new][j]}
        came, left = tuple(sorted(now - was)), tuple(sorted(was - now))
        if came or left:
            first = min(was, default=-1), min(now, default=-1)
            found.setdefault((came, left, *first), []).append(new)
    for how, parts in found.items():
        single = [list(_entry(both, [name], *how)) for name in parts]
        if len(parts) == 1:
            yield from single[0]
            continue
        for index, change in enumerate(_entry(both, parts, *how)):
            yield replace(change, details=tuple(changes[index] for changes in single))


def _entry(
    both: Both, parts: Sequence[str], came: Sequence[int], left: Sequence[int], was_first: int, now_first: int
) -> Iterator[Change]:
    sections = both.new.sections
    many = len(parts) > 1 or plural(parts[0])
    who = parts_text(parts, list(both.new.parts))
    if -1 not in (was_first, now_first) and was_first != now_first:
        early, late = sorted((was_first, now_first))
        between = tuple(index for index in sorted(b for _, b in both.kept) if early <= index < late)
        earlier = now_first < was_first
        if between == (came if earlier else left):
            was, now = playing(was_first, sections), playing(now_first, sections)
            enter, were = ("enter", "were") if many else ("enters", "was")
            yield _change(both, parts, f"{who} {enter} at {now} ({were} at {was})", between, was, now)
            came, left = ((), left) if earlier else (came, ())
    if came:
        place = places(came, sections)
        also = "also " if was_first >= 0 else ""
        yield _change(both, parts, f"{who} now {also}{'play' if many else 'plays'} {_in(place)}", came, None, place)
    if left:
        place = places(left, sections)
        yield _change(both, parts, f"{who} silent {_in(place)}", left, place, None)


def _change(
    both: Both, parts: Sequence[str], text: str, where: Sequence[int], old: str | None, new: str | None
) -> Change:
    matter = 1 - (1 - _MATTER / 2) ** len(parts)  # the more, the more is heard; never more than all
    return Change(
        "parts", "changed", parts[0], text, tuple(bars_of(both.new.sections[index]) for index in where), old, new,
        path=_path(parts[0]), weight=both.share(where) * matter,
    )  # fmt: skip
