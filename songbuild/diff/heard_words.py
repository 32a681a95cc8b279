"""What is heard of a difference, in sentences: 'bass, chorus 2: 1.4 LU louder, 3 dB more below 110 Hz, wider'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from songbuild.diff.heard import Heard, Place, Reading, Stream, Stretch
from songbuild.diff.words import bars_text, listing, number, stretches, words

LOUDNESS_LU = 0.3
"""A change of loudness that is worth a word; less is hardly noticed."""
BAND_DB = 1.0
"""A change of a band beside that of the loudness."""
WIDTH_DB = 1.0
LRA_LU = 1.0
MONO_DB = -30.0
"""Sides so far below the middle aren't heard as width."""
FAINT_DB = -30.0
"""A band so far below the strongest one isn't told of."""
WHERE = ("below 110 Hz", "from 110 to 450 Hz", "from 450 Hz to 4.5 kHz", "above 4.5 kHz")
MOST_BANDS = 2
REMNANT_LU = -15.0
"""A section in which a signal is so far below all of it holds what rings on or bleeds."""
DEEPEST_DB = -120.0
"""What nulls deeper differs in the last bits of its samples only."""
_OVER_DBTP = 0.0


def sentences(heard: Heard) -> list[str]:
    """What is heard, the master first, then the signals that changed most; what is the same comes last."""
    if heard.streams and all(stream.same for stream in heard.streams):
        return ["nothing that is heard differs: every signal is the same, sample by sample"]
    streams = ordered(heard)
    mastered = any(stream.kind == "master" for stream in streams)
    groups: dict[tuple[str, str], list[str]] = {}
    for stream in streams:
        if (stream.kind == "mix" and mastered) or (stream.kind != "master" and same_where_both_play(stream)):
            continue
        for where, what in _of_stream(stream):
            groups.setdefault((where, what), []).append(title(stream))
    said = [f"{listing(names)}{', ' if where else ''}{where}: {what}" for (where, what), names in groups.items()]
    strips = [stream for stream in heard.streams if stream.kind not in ("master", "mix")]
    kept = [title(stream) for stream in strips if not stream.same and same_where_both_play(stream)]
    same = [title(stream) for stream in strips if stream.same]
    said += [f"unchanged where both versions have them: {listing(kept)}"] if kept else []
    return [*said, f"unchanged: {listing(same)}"] if same else said


def same_where_both_play(stream: Stream) -> bool:
    """Whether all sections that both versions have are the same."""
    both = [stretch for stretch in stream.sections if stretch.old and stretch.new and _inside(stretch)]
    return stream.same or (bool(both) and all(stretch.same for stretch in both))


def ordered(heard: Heard) -> list[Stream]:
    """The signals that differ: master and mix, then by how much their loudness or what stays of them says."""
    unlike = [stream for stream in heard.streams if not stream.same]
    return sorted(unlike, key=lambda stream: (stream.kind != "master", stream.kind != "mix", -_weight(stream)))


def title(stream: Stream) -> str:
    """'master', 'lead vocal', 'drums bus', 'room return'."""
    if stream.kind in ("master", "mix"):
        return stream.kind
    return words(stream.name) if stream.kind == "track" else f"{words(stream.name)} {stream.kind}"


def place_text(place: Place) -> str:
    """'bar 3, beat 1 (0:04.0)'; of the old version's clock that is said."""
    minutes, seconds = divmod(round(place.seconds, 1), 60)
    old = " of the old version" if place.side == "old" else ""
    bar = f"bar {place.bar}" if place.bar > 0 else "the pickup"
    return f"{bar}, beat {number(place.beat)}{old} ({int(minutes)}:{seconds:04.1f})"


def _weight(stream: Stream) -> float:
    """How much of a signal is heard to differ: its loudness, and how far below that the difference is."""
    whole = stream.whole
    if whole is None:
        return 0.0
    levels = [each.loudness_lufs for each in (whole.before, whole.after) if each.loudness_lufs is not None]
    return max(levels, default=-100.0) + min(whole.null_db or 0.0, 0.0) + 200.0


def _of_stream(stream: Stream) -> Iterator[tuple[str, str]]:
    """What is said of a signal: where, '' for all of it, and what."""
    whole = stream.whole
    if whole is None:
        return
    if stream.first is None:
        yield "", "differs by less than can be heard"
        return
    if stream.kind == "master":
        yield "", f"first heard at {place_text(stream.first)}"
    if not sounds(whole.before) or not sounds(whole.after):
        yield "", ", ".join(phrases(whole)) or "changed, but next to silent"
        return
    sections = [stretch for stretch in stream.sections if _inside(stretch) and _counts(stretch, whole)]
    both = [stretch for stretch in sections if stretch.old and stretch.new]
    phrase = ", ".join(phrases(whole))
    throughout = bool(phrase and both) and all(_alike(stretch, whole) for stretch in both)
    groups: dict[str, list[str]] = {}
    for stretch in both:
        found = ", ".join(phrases(stretch))
        if found and not stretch.same and not throughout:
            groups.setdefault(found, []).append(stretch.name)
    if throughout:
        yield "", f"{phrase}{' throughout' if len(both) > 1 else ''}"
    for found, names in groups.items():
        yield listing(names), found
    if stream.kind == "master":
        yield from _of_master(sections, whole)
    elif not throughout and not groups and any(stretch.audible for stretch in both):
        bars = [bar for stretch in both for each in stretch.audible for bar in range(each.first, each.last + 1)]
        yield bars_text(stretches(bars)), "changed, as loud as before"


def _of_master(sections: Sequence[Stretch], whole: Stretch) -> Iterator[tuple[str, str]]:
    for stretch in sections:
        level = (stretch.after if stretch.new else stretch.before).loudness_lufs
        if stretch.old is None or stretch.new is None:
            yield stretch.name, f"{'added' if stretch.new else 'gone'}, {change_text(level, level)} LUFS"
    before, after = whole.before.lra_lu, whole.after.lra_lu
    if before is not None and after is not None and abs(after - before) >= LRA_LU:
        yield "", f"loudness range {before:.1f} -> {after:.1f} LU"


def _counts(stretch: Stretch, whole: Stretch) -> bool:
    """Whether a signal is more than a remnant of itself in a section."""
    pairs = (stretch.before, whole.before), (stretch.after, whole.after)
    return any(
        part.loudness_lufs is not None and part.loudness_lufs > (every.loudness_lufs or 0.0) + REMNANT_LU
        for part, every in pairs
    )


def _inside(stretch: Stretch) -> bool:
    """Whether it is a section of the form: a pickup and what sounds after the end aren't."""
    span = stretch.new or stretch.old
    return span is not None and "#" in span.bars.section


def phrases(stretch: Stretch) -> list[str]:
    """What a meter tells of a stretch of both versions: '1.4 LU louder', '3 dB more below 110 Hz', 'wider'."""
    before, after = stretch.before, stretch.after
    if before.loudness_lufs is None or after.loudness_lufs is None:
        if before.loudness_lufs is None and after.loudness_lufs is None:
            return []
        return ["silent now" if after.loudness_lufs is None else f"sounds now, at {after.loudness_lufs:.1f} LUFS"]
    louder = after.loudness_lufs - before.loudness_lufs
    said = []
    if abs(louder) >= LOUDNESS_LU:
        said.append(f"{abs(louder):.1f} LU {'louder' if louder > 0 else 'softer'}")
    most = sorted(_bands(before, after, louder), key=lambda band: -abs(band[0]))[:MOST_BANDS]
    for change, where in most:
        said.append(f"{abs(change):.0f} dB {'more' if change > 0 else 'less'} {where}")
    wider = _wider(before, after)
    if abs(wider) >= WIDTH_DB:
        said.append("wider" if wider > 0 else "narrower")
    peaks = before.true_peak_dbtp, after.true_peak_dbtp
    if peaks[0] is not None and peaks[1] is not None and peaks[0] <= _OVER_DBTP < peaks[1]:
        said.append(f"its true peak is now {peaks[1]:.1f} dBTP")
    return said


def sounds(reading: Reading) -> bool:
    """Whether there is anything to hear."""
    return reading.loudness_lufs is not None


def _bands(before: Reading, after: Reading, louder: float) -> Iterator[tuple[float, str]]:
    """Bands that changed by more than the whole: by how many dB, and where."""
    strongest = max((level for each in (before, after) for level in each.bands_db if level is not None), default=0.0)
    for old, new, where in zip(before.bands_db, after.bands_db, WHERE, strict=True):
        if old is None or new is None or max(old, new) < strongest + FAINT_DB:
            continue
        if abs(new - old) >= BAND_DB and abs(new - old - louder) >= BAND_DB:
            yield new - old, where


def _wider(before: Reading, after: Reading) -> float:
    """By how many dB the sides have come up beside the middle; 0 where they aren't heard."""
    if before.width_db is None or after.width_db is None:
        return 0.0
    return max(after.width_db, MONO_DB) - max(before.width_db, MONO_DB)


def _alike(stretch: Stretch, whole: Stretch) -> bool:
    """Whether a section changed as the whole did."""
    if not sounds(stretch.before) or not sounds(stretch.after):
        return False
    sides = (stretch.before, stretch.after), (whole.before, whole.after)
    louder = [(after.loudness_lufs or 0.0) - (before.loudness_lufs or 0.0) for before, after in sides]
    bands = [{where: change for change, where in _bands(*each, more)} for each, more in zip(sides, louder, strict=True)]
    wider = [_wider(*each) for each in sides]
    return (
        abs(louder[0] - louder[1]) < LOUDNESS_LU
        and bands[0].keys() == bands[1].keys()
        and all(abs(bands[0][where] - bands[1][where]) < BAND_DB for where in bands[0])
        and (abs(wider[0]) < WIDTH_DB) == (abs(wider[1]) < WIDTH_DB)
    )


def depth_text(stretch: Stretch, matched: bool = False) -> str:
    """'same', '-23.4 dB', '-' where there is none."""
    if stretch.same:
        return "same"
    depth = stretch.matched_null_db if matched else stretch.null_db
    return "-" if depth is None else f"{depth:.1f} dB" if depth > DEEPEST_DB else f"below {DEEPEST_DB:.0f} dB"


def change_text(before: float | None, after: float | None, silent: str = "silent") -> str:
    """'-14.2 -> -13.1', '-14.2' where both are equal as told, 'silent -> -20.0'."""
    one, other = (silent if value is None else f"{value:z.1f}" for value in (before, after))
    return one if one == other else f"{one} -> {other}"
