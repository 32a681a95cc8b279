"""The beginning of the history: a band writes, a singer records."""

from __future__ import annotations

from diff.history_song import FIRST, SONG, take
from diff.history_step import ARR, COMP, MIX, REC, TOP, Step


def _mix_of(song: str) -> tuple[str, str]:
    """The song without its mix, and the mix as a file of its own."""
    before, _, rest = song.partition("mix:\n")
    mix, _, after = rest.partition("master:")
    lines = "".join(f"{line[2:]}\n" for line in mix.splitlines())
    return f"{before}mix: mix.yaml\nmaster:{after}", lines


_FASTER = SONG.replace("tempo: 92", "tempo: 96").replace("key: A minor\n", "key: A minor\nswing: 55% of 16\n")
_SPLIT, _MIX = _mix_of(_FASTER)

BEGIN = (
    Step("A verse and a chorus", files=FIRST),
    Step("Git speaks music", sets_up_git=True),
    Step("A little faster", edits=((TOP, "tempo: 92", "tempo: 96"),), says=("time ~ tempo | tempo 92 -> 96 bpm",)),
    Step(
        "Swing",
        edits=((TOP, "key: A minor\n", "key: A minor\nswing: 55% of 16\n"),),
        says=("time ~ swing | swing straight -> 55% of 16",),
    ),
    Step("The mix in a file of its own", files={TOP: _SPLIT, MIX: _MIX}),
    Step(
        "Comments, and keys in another order",
        edits=(
            (MIX, "  drums: {gain_db: -5, sends: {room: -22}}\n", ""),
            (MIX, "returns:\n", "  drums: {sends: {room: -22}, gain_db: -5}   # dry\nreturns:   # one room for all\n"),
            (COMP, "patterns:\n", "# What is played over it.\npatterns:\n"),
        ),
    ),
    Step(
        "Units as people say them",
        edits=(
            (MIX, "gain_db: -10, pan: 20L", "gain_db: -10dB, pan: -0.2"),
            (MIX, "cutoff_hz: 120}", "cutoff_hz: 0.12 kHz}"),
            (MIX, "decay_s: 1.4", "decay_s: 1400 ms"),
            (MIX, "ratio: 3, attack_ms: 12", "ratio: 3, attack_ms: 12 ms, knee_db: 6"),
        ),
    ),
    Step(
        "The dominant wants its third",
        edits=((COMP, 'Gsus4 G"', 'G7sus4 G7"'),),
        says=(
            "harmony ~ verse | verse (both), bar 8 of each: Gsus4 G -> G7sus4 G7",
            "notes ~ keys | keys, verse (both), bar 8 of each: follows the new chords",
        ),
    ),
    Step(
        "An intro",
        edits=(
            (
                ARR,
                "sections:\n",
                'sections:\n  intro:\n    bars: 4\n    chords: "Am7 | Fmaj7"\n    parts: {keys: keys_verse}\n',
            ),
            (ARR, "form: [verse", "form: [intro, verse"),
        ),
        says=("form + intro | intro added: 4 bars at the start | bars 1-4",),
    ),
    Step(
        "A harmony for the first chorus",
        edits=(
            (ARR, "  lead: voice/lead_alto\n", "  lead: voice/lead_alto\n  harmony: {recording: harmony}\n"),
            (TOP, "mix: mix.yaml\n", "recordings: recordings.yaml\nmix: mix.yaml\n"),
            (MIX, "returns:", "  harmony: {gain_db: -9, pan: 30R, sends: {room: -12}}\nreturns:"),
        ),
        says=(
            "parts + harmony | harmony added (recorded, 1 take): plays in chorus 1 | bars 13-20",
            "mix + harmony | harmony channel: fader -9 dB, pan 30 % right, -> room send -12 dB",
        ),
        branch="singer",
        files={
            "recordings/harmony-1.wav": take(1),
            REC: "harmony:\n  takes:\n    take1: {file: recordings/harmony-1.wav, at: 13}\n  comp: [take1 13-20]\n",
        },
    ),
    Step(
        "The second half from another take",
        edits=(
            (REC, "at: 13}\n", "at: 13}\n    take2: {file: recordings/harmony-2.wav, at: 13}\n"),
            (REC, "[take1 13-20]", "[take1 13-16, take2 17-20]"),
        ),
        says=(
            "recordings ~ harmony | harmony, chorus 1: bars 17-20 from take 2 (was take 1)",
            "recordings + harmony | harmony: take 2 added",
        ),
        branch="singer",
        files={"recordings/harmony-2.wav": take(2)},
    ),
    Step(
        "Earlier into it",
        edits=((REC, "take1 13-16, take2 17-20", "take1 13-15, take2 16-20"),),
        says=("recordings ~ harmony | harmony, chorus 1: bar 16 from take 2 (was take 1)",),
        branch="singer",
    ),
    Step(
        "It fades, and the takes join more gently",
        edits=((REC, "take2 16-20]", "{region: take2 16-20, fade_out: 800ms}]\n  crossfade: 40ms"),),
        says=(
            "recordings ~ harmony | harmony crossfade 12 -> 40 ms",
            "recordings ~ harmony | harmony, chorus 1, bars 16-20: fade-out 800 ms added",
        ),
        branch="singer",
    ),
    Step(
        "She drags",
        edits=((REC, "harmony-2.wav, at: 13", "harmony-2.wav, at: 13, nudge: -15ms"),),
        says=("recordings ~ harmony | harmony take 2 nudge 0 -> -15 ms",),
        branch="singer",
    ),
    Step(
        "The bass goes up in the second verse",
        edits=((ARR, "chorus, verse, chorus]", "chorus, verse: {bass: {octave: 1}}, chorus]"),),
        says=("notes ~ bass | bass, verse 2: up an octave | bars 21-28",),
    ),
    Step(
        "Sixteenths on the hat",
        edits=((COMP, 'hat: "x-x- x-x- x-x- x-x-"}', 'hat: "xoxo xoxo xoxo xoxo"}'),),
        says=("notes + drums | hats, chorus (both): eighths to sixteenths | bars 13-20 and 29-36",),
    ),
    Step(
        "Softer drums",
        edits=(
            (COMP, "beat: {grid: 16,", "beat: {grid: 16, velocity: 80,"),
            (COMP, "beat_chorus: {grid: 16,", "beat_chorus: {grid: 16, velocity: 80,"),
            (COMP, "fill: {grid: 16,", "fill: {grid: 16, velocity: 80,"),
        ),
        says=("notes ~ drums | drums: velocity to 83% throughout",),
    ),
    Step(
        "No tambourine",
        edits=(
            (ARR, "  tambourine: drum_kit\n", ""),
            (ARR, "lead: hook, tambourine: tambourine}", "lead: hook}"),
            (COMP, '  tambourine: {grid: 16, tambourine: "---- x--- ---- x---"}\n', ""),
        ),
        says=(
            "parts - tambourine | tambourine removed (drum_kit): played in chorus (both) | bars 13-20 and 29-36 before",
        ),
        tag="demo",
    ),
    Step(
        "The keys higher in the chorus",
        edits=((COMP, 'range: [c3, c5], rhythm: "x--- x--- x', 'range: [g3, g5], rhythm: "x--- x--- x'),),
        says=("notes ~ keys | keys, chorus (both): re-voiced, same chords | bars 13-20 and 29-36",),
    ),
    Step(
        "One note more, and one that waits",
        edits=(
            (COMP, "b4:8 g | d4:2 r |", "b4:8 g | r:8 d4:4. r:2 |"),
            (COMP, "| d4:4 f a c5 |", "| d4:4 f a:8 b c5:4 |"),
            (COMP, "no one will ev-", "no one will __ ev-"),
        ),
        says=(
            "notes ~ lead | lead, verse (both), bar 4 of each, beat 1: D4 an eighth later",
            "notes ~ lead | lead, verse (both), bar 7 of each, beat 3.5: B4 added",
        ),
    ),
    Step(
        "Better words",
        edits=(
            (
                COMP,
                "long, |\n      send it a- cross to the | o- ther side, |",
                "long, |\n      send it out o- ver the | bound- ing sea, |",
            ),
        ),
        says=(
            "lyrics ~ lead | verse (both), line 3: 'across to the other side,' -> 'out over the bounding "
            "sea,' | bars 5-12 and 21-28",
        ),
    ),
    Step(
        "The chorus's bass where it is played",
        edits=(
            (
                COMP,
                '  bass_chorus: "f1:8 f f f c2:4 f1 | g1:8 g g g d2:4 g1 | e1:8 e e e b1:4 e1 | a1:8 a a a e2:4 '
                "a1 |\n"
                '    f1:8 f f f c2:4 f1 | g1:8 g g g d2:4 b1 | c2:4. c:8 g1:4 c2 | c2:2 g1"\n',
                "",
            ),
            (
                ARR,
                "    parts: {drums: beat_chorus, bass: bass_chorus, keys: keys_chorus, lead: hook}\n",
                "    parts:\n"
                "      drums: beat_chorus\n"
                '      bass: "f1:8 f f f c2:4 f1 | g1:8 g g g d2:4 g1 | e1:8 e e e b1:4 e1 | a1:8 a a a e2:4 a1 '
                "|\n"
                '        f1:8 f f f c2:4 f1 | g1:8 g g g d2:4 b1 | c2:4. c:8 g1:4 c2 | c2:2 g1"\n'
                "      keys: keys_chorus\n"
                "      lead: hook\n",
            ),
        ),
    ),
    Step(
        "The singer is in",
        says=(
            "parts + harmony | harmony added (recorded, 2 takes): plays in chorus 1 | bars 13-20",
            "mix + harmony | harmony channel: fader -9 dB, pan 30 % right, -> room send -12 dB",
        ),
        merges="singer",
        other=(
            "parts - tambourine | tambourine removed (drum_kit): played in chorus (both) | bars 13-20 and 29-36 before",
            "notes ~ drums | drums: velocity to 83% throughout",
            "notes + drums | hats, chorus (both): eighths to sixteenths | bars 13-20 and 29-36",
            "notes ~ keys | keys, chorus (both): re-voiced, same chords | bars 13-20 and 29-36",
            "notes ~ bass | bass, verse 2: up an octave | bars 21-28",
            "lyrics ~ lead | verse (both), line 3: 'across to the other side,' -> 'out over the bounding "
            "sea,' | bars 5-12 and 21-28",
            "notes ~ lead | lead, verse (both), bar 4 of each, beat 1: D4 an eighth later",
            "notes ~ lead | lead, verse (both), bar 7 of each, beat 3.5: B4 added",
        ),
    ),
)
