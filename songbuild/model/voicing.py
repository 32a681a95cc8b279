"""Voicings: which notes a chord is played with, led smoothly from chord to chord."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from songbuild.model.chords import Chord

RANGES = {"root": (28, 39), "power": (40, 64), "spread": (36, 72)}
COMMON_RANGE = (48, 72)


def voice(chords: Sequence[Chord], voicing: str, limits: tuple[int, int] | None = None) -> list[tuple[int, ...] | None]:
    """The MIDI keys of each chord, lowest first; () for N.C., None where no voicing lies within `limits`.

    The first chord lies nearest the middle of the range; each one after it moves least from the one before, and among
    equals lies nearest the middle.  A chord played again keeps its notes.  The bass of a slash chord may lie up to an
    octave below the range.
    """
    low, high = limits or RANGES.get(voicing, COMMON_RANGE)
    middle = (low + high) / 2
    before: tuple[int, ...] = ()
    known: Chord | None = None
    result: list[tuple[int, ...] | None] = []
    for chord in chords:
        if not chord.tones:
            result.append(())
            continue
        if chord == known:
            result.append(before)
            continue
        floor = low - 12 if chord.bass != chord.root else low
        found = _candidates(chord, voicing, low, high)
        inside = [
            keys for keys in found if floor <= keys[0] and low <= keys[min(1, len(keys) - 1)] and keys[-1] <= high
        ]
        if not inside:
            result.append(None)
            continue
        ranks = [(movement(before, keys), abs(sum(keys) / len(keys) - middle), keys) for keys in inside]
        before, known = min(ranks)[2], chord
        result.append(before)
    return result


def movement(before: Sequence[int], after: Sequence[int]) -> int:
    """Semitones that voices move in all, none crossing another; one that enters or leaves moves from its nearest."""
    if not before:
        return 0
    if len(before) == len(after):
        return sum(abs(a - b) for a, b in zip(before, after, strict=True))
    few, many = sorted((before, after), key=len)
    never = 1 << 20
    costs = [abs(many[0] - few[0]), *[never] * (len(few) - 1)]
    for key in many[1:]:  # each goes with the same note of `few` as the one below it, or with the next
        stay_or_step = zip(costs, [never, *costs], strict=False)
        costs = [min(pair) + abs(key - few[slot]) for slot, pair in enumerate(stay_or_step)]
    return costs[-1]


def _candidates(chord: Chord, voicing: str, low: int, high: int) -> Iterator[tuple[int, ...]]:
    """Every voicing of the kind near the range, in no order."""
    for octave in range(low // 12 - 1, high // 12 + 2):
        base = 12 * octave
        if voicing == "root":
            yield (base + chord.bass,)
        elif voicing == "power":
            root = base + chord.bass
            fifth = next((tone for tone in chord.tones if tone in (6, 7, 8)), 7) if chord.bass == chord.root else 12
            yield tuple(dict.fromkeys((root, root + fifth, root + 12)))
        elif voicing == "shell":
            yield from _shells(chord, base + chord.root)
        elif voicing == "spread":
            bass = base + chord.bass
            for upper in _stacks(chord, bass + 7, skip=chord.bass):
                opened = _opened(upper)
                yield (bass, *(opened if opened[-1] <= high else upper))
        else:
            yield from _placed(chord, voicing, base)


def _placed(chord: Chord, voicing: str, base: int) -> Iterator[tuple[int, ...]]:
    """Inversions from `base` on, opened or dropped as asked; a bass that is asked for lies right below them."""
    slashed = chord.bass != chord.root and voicing != "rootless"
    skip = chord.bass if slashed else chord.root if voicing == "rootless" else None
    for stack in _stacks(chord, base, skip=skip):
        keys = _arranged(stack, voicing)
        yield (keys[0] - ((keys[0] - chord.bass - 1) % 12 + 1), *keys) if slashed else keys


def _stacks(chord: Chord, lowest: int, skip: int | None) -> Iterator[tuple[int, ...]]:
    """Every inversion of the chord within one octave, its lowest note in the octave from `lowest` on."""
    classes = sorted({(chord.root + tone) % 12 for tone in chord.tones} - {skip})
    classes = classes or [chord.root]
    for first in classes:
        start = lowest + (first - lowest) % 12
        yield tuple(sorted(start + (other - first) % 12 for other in classes))


def _arranged(stack: tuple[int, ...], voicing: str) -> tuple[int, ...]:
    if voicing == "open":
        return _opened(stack)
    dropped = {"drop2": 2, "drop3": 3}.get(voicing, 0)
    if not dropped or len(stack) < 3:
        return stack
    return tuple(sorted((*stack[:-dropped], stack[-dropped] - 12, *stack[len(stack) - dropped + 1 :])))


def _opened(stack: tuple[int, ...]) -> tuple[int, ...]:
    """Every second note from the bottom an octave higher; two notes stay as they are."""
    if len(stack) < 3:
        return stack
    return tuple(sorted(key + 12 * (index % 2) for index, key in enumerate(stack)))


def _shells(chord: Chord, root: int) -> Iterator[tuple[int, ...]]:
    """Root, third (or what is suspended) and seventh (or sixth, or fifth), the seventh below or above the third."""
    third = next((tone for tone in chord.tones if 2 <= tone <= 5), None)
    seventh = next((tone for wanted in ((10, 11), (9,), (6, 7, 8)) for tone in chord.tones if tone in wanted), None)
    guides = [tone for tone in (third, seventh) if tone is not None]
    yield tuple(sorted({root, *(root + tone for tone in guides)}))
    if len(guides) == 2:
        yield tuple(sorted({root, root + guides[1], root + guides[0] + 12}))
