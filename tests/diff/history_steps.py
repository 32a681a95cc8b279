"""What was done to the song, commit by commit, and what a diff with the commit before has to say.

Each change is written 'AREA SIGN SUBJECT | SENTENCE', and where the sentence doesn't say it '| BARS'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from diff.history_song import FIRST, SONG, take

Edit = tuple[str, str, str]
"""A file, the text that is there once, and what takes its place."""
COMP, ARR, REC, MIX, TOP = "composition.yaml", "arrangement.yaml", "recordings.yaml", "mix.yaml", "song.yaml"


class Step(NamedTuple):
    """A commit on a branch, which starts where main is; `merges` another branch, before the edits.

    says   the changes since the commit before: of a merge, since that of its own branch
    other  of a merge: since the last commit of the branch that it merges
    """

    message: str
    edits: tuple[Edit, ...] = ()
    says: tuple[str, ...] = ()
    branch: str = "main"
    files: Mapping[str, str | bytes] = {}
    merges: str = ""
    other: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    sets_up_git: bool = False
    tag: str = ""


def _mix_of(song: str) -> tuple[str, str]:
    """The song without its mix, and the mix as a file of its own."""
    before, _, rest = song.partition("mix:\n")
    mix, _, after = rest.partition("master:")
    lines = "".join(f"{line[2:]}\n" for line in mix.splitlines())
    return f"{before}mix: mix.yaml\nmaster:{after}", lines


_FASTER = SONG.replace("tempo: 92", "tempo: 96").replace("key: A minor\n", "key: A minor\nswing: 55% of 16\n")
_SPLIT, _MIX = _mix_of(_FASTER)

STEPS = (
    Step("A verse and a chorus", files=FIRST),
    Step("Git speaks music", sets_up_git=True),
    Step("A little faster", ((TOP, "tempo: 92", "tempo: 96"),), ("time ~ tempo | tempo 92 -> 96 bpm",)),
    Step(
        "Swing",
        ((TOP, "key: A minor\n", "key: A minor\nswing: 55% of 16\n"),),
        ("time ~ swing | swing 55% of 16 (was straight)",),
    ),
    Step("The mix in a file of its own", files={TOP: _SPLIT, MIX: _MIX}),
    Step(
        "Comments, and keys in another order",
        (
            (MIX, "  drums: {gain_db: -5, sends: {room: -22}}\n", ""),
            (MIX, "returns:\n", "  drums: {sends: {room: -22}, gain_db: -5}   # dry\nreturns:   # one room for all\n"),
            (COMP, "patterns:\n", "# What is played over it.\npatterns:\n"),
        ),
    ),
    Step(
        "Units as people say them",
        (
            (MIX, "gain_db: -10, pan: 20L", "gain_db: -10dB, pan: -0.2"),
            (MIX, "cutoff_hz: 120}", "cutoff_hz: 0.12 kHz}"),
            (MIX, "decay_s: 1.4", "decay_s: 1400 ms"),
            (MIX, "ratio: 3, attack_ms: 12", "ratio: 3, attack_ms: 12 ms, knee_db: 6"),
        ),
    ),
    Step("The dominant wants its third", ((COMP, "Gsus4 G\"", "G7sus4 G7\""),)),
    Step(
        "An intro",
        (
            (ARR, "sections:\n", "sections:\n  intro:\n    bars: 4\n    chords: \"Am7 | Fmaj7\"\n    parts: {keys: keys_verse}\n"),
            (ARR, "form: [verse", "form: [intro, verse"),
        ),
    ),
    # -- a singer -------------------------------------------------------------------------------------------------
    Step(
        "A harmony for the first chorus",
        (
            (ARR, "  lead: voice/lead_alto\n", "  lead: voice/lead_alto\n  harmony: {recording: harmony}\n"),
            (TOP, "mix: mix.yaml\n", "recordings: recordings.yaml\nmix: mix.yaml\n"),
            (MIX, "returns:", "  harmony: {gain_db: -9, pan: 30R, sends: {room: -12}}\nreturns:"),
        ),
        branch="singer",
        files={
            "recordings/harmony-1.wav": take(1),
            REC: "harmony:\n  takes:\n    take1: {file: recordings/harmony-1.wav, at: 13}\n  comp: [take1 13-20]\n",
        },
    ),
    Step(
        "The second half from another take",
        (
            (REC, "at: 13}\n", "at: 13}\n    take2: {file: recordings/harmony-2.wav, at: 13}\n"),
            (REC, "[take1 13-20]", "[take1 13-16, take2 17-20]"),
        ),
        branch="singer",
        files={"recordings/harmony-2.wav": take(2)},
    ),
    Step("Earlier into it", ((REC, "take1 13-16, take2 17-20", "take1 13-15, take2 16-20"),), branch="singer"),
    Step(
        "It fades, and the takes join more gently",
        ((REC, "take2 16-20]", "{region: take2 16-20, fade_out: 800ms}]\n  crossfade: 40ms"),),
        branch="singer",
    ),
    Step("She drags", ((REC, "harmony-2.wav, at: 13", "harmony-2.wav, at: 13, nudge: -15ms"),), branch="singer"),
    # -- the band, meanwhile --------------------------------------------------------------------------------------
    Step("The bass goes up in the second verse", ((ARR, "chorus, verse, chorus]", "chorus, verse: {bass: {octave: 1}}, chorus]"),)),
    Step("Sixteenths on the hat", ((COMP, 'hat: "x-x- x-x- x-x- x-x-"}', 'hat: "xoxo xoxo xoxo xoxo"}'),)),
    Step(
        "Softer drums",
        (
            (COMP, "beat: {grid: 16,", "beat: {grid: 16, velocity: 80,"),
            (COMP, "beat_chorus: {grid: 16,", "beat_chorus: {grid: 16, velocity: 80,"),
            (COMP, "fill: {grid: 16,", "fill: {grid: 16, velocity: 80,"),
        ),
    ),
    Step(
        "No tambourine",
        (
            (ARR, "  tambourine: drum_kit\n", ""),
            (ARR, "lead: hook, tambourine: tambourine}", "lead: hook}"),
            (COMP, '  tambourine: {grid: 16, tambourine: "---- x--- ---- x---"}\n', ""),
        ),
    ),
    Step("The keys higher in the chorus", ((COMP, 'range: [c3, c5], rhythm: "x--- x--- x', 'range: [g3, g5], rhythm: "x--- x--- x'),)),
    Step(
        "One note more, and one that waits",
        (
            (COMP, "b4:8 g | d4:2 r |", "b4:8 g | r:8 d4:4. r:2 |"),
            (COMP, "| d4:4 f a c5 |", "| d4:4 f a:8 b c5:4 |"),
            (COMP, "no one will ev-", "no one will __ ev-"),
        ),
    ),
    Step("Better words", ((COMP, "long, |\n      send it a- cross to the | o- ther side, |", "long, |\n      send it out o- ver the | bound- ing sea, |"),)),
    Step(
        "The chorus's bass where it is played",
        (
            (COMP, '  bass_chorus: "f1:8 f f f c2:4 f1 | g1:8 g g g d2:4 g1 | e1:8 e e e b1:4 e1 | a1:8 a a a e2:4 a1 |\n    f1:8 f f f c2:4 f1 | g1:8 g g g d2:4 b1 | c2:4. c:8 g1:4 c2 | c2:2 g1"\n', ""),
            (ARR, "    parts: {drums: beat_chorus, bass: bass_chorus, keys: keys_chorus, lead: hook}\n",
             "    parts:\n      drums: beat_chorus\n      bass: \"f1:8 f f f c2:4 f1 | g1:8 g g g d2:4 g1 | e1:8 e e e b1:4 e1 | a1:8 a a a e2:4 a1 |\n        f1:8 f f f c2:4 f1 | g1:8 g g g d2:4 b1 | c2:4. c:8 g1:4 c2 | c2:2 g1\"\n      keys: keys_chorus\n      lead: hook\n"),
        ),
    ),
    Step("The singer is in", merges="singer"),
    # -- a bridge -------------------------------------------------------------------------------------------------
    Step(
        "A bridge",
        (
            (ARR, "form:", '  bridge:\n    bars: 4\n    chords: "Dm9 | Em7 | Fmaj7 | G"\n    parts: {bass: "d1:1 | e:1 | f:1 | g:1", keys: keys_verse}\nform:'),
            (ARR, "chorus, verse:", "chorus, bridge, verse:"),
        ),
        branch="form",
    ),
    Step("The bridge later, and a last chorus", ((ARR, "chorus, bridge, verse: {bass: {octave: 1}}, chorus]", "chorus, verse: {bass: {octave: 1}}, chorus, bridge, chorus]"),), branch="form"),
    Step("The bridge twice as long", ((ARR, "    bars: 4\n    chords: \"Dm9 | Em7 | Fmaj7 | G\"", "    bars: 8\n    chords: \"Dm9 | Em7 | Fmaj7 | G\""),), branch="form"),
    Step("It is a middle eight", ((ARR, "  bridge:", "  middle_eight:"), (ARR, "bridge, chorus]", "middle_eight, chorus]")), branch="form"),
    Step("The last chorus a tone up", ((ARR, "middle_eight, chorus]", "middle_eight, chorus: {transpose: 2}]"),), branch="form"),
    Step("The last chorus twice", ((ARR, "middle_eight, chorus: {transpose: 2}]", "middle_eight, chorus x2: {transpose: 2}]"),), branch="form"),
    # -- the desk -------------------------------------------------------------------------------------------------
    Step("Less presence", ((MIX, "freq_hz: 3000, gain_db: 2", "freq_hz: 3000, gain_db: 1"),), branch="desk"),
    Step("More compression of the lead", ((MIX, "compressor/vocal: {threshold_db: -18}", "compressor/vocal: {threshold_db: -20}"),), branch="desk"),
    Step("A de-esser", ((MIX, "{threshold_db: -20}\n", "{threshold_db: -20}\n      - deesser/vocal\n"),), branch="desk"),
    Step("The de-esser before the compressor", ((MIX, "      - compressor/vocal: {threshold_db: -20}\n      - deesser/vocal\n", "      - deesser/vocal\n      - compressor/vocal: {threshold_db: -20}\n"),), branch="desk"),
    Step("... and off for now", ((MIX, "- deesser/vocal\n", "- deesser/vocal: {bypass: true}\n"),), branch="desk"),
    Step("The lead further back, the keys further left", ((MIX, "sends: {room: -14}", "sends: {room: -11}"), (MIX, "pan: -0.2", "pan: 35L")), branch="desk"),
    Step(
        "A bus for the rhythm",
        (
            (MIX, "    gain_db: -7\n", "    gain_db: -7\n    to: rhythm\n"),
            (MIX, "sends: {room: -22}, gain_db: -5}", "sends: {room: -22}, gain_db: -5, to: rhythm}"),
            (MIX, "returns:", "buses:\n  rhythm: {inserts: [compressor/drum_bus]}\nreturns:"),
        ),
        branch="desk",
    ),
    Step("The keys make room for the words", ((MIX, "pan: 35L, ", 'pan: 35L, automation: {volume_db: "1: 0 hold, verse#1: -2 hold, chorus#1: 0 hold"}, '),), branch="desk"),
    Step("A fingered bass, a little dirtier", ((ARR, "bass: bass/round", "bass: {instrument: {bass/fingered: {drive: 0.5}}}"),), branch="desk"),
    Step("The bass walks up", ((COMP, "| f1:4. f:8 r:4 c2 | c2:4.", "| f1:4. f:8 g:4 a | c2:4."),), branch="desk"),
    Step("Harder on the bass", ((MIX, "{threshold_db: -24, ratio: 3,", "{threshold_db: -28, ratio: 3,"),), branch="desk"),
    # -- on main, at the same time --------------------------------------------------------------------------------
    Step("The bass walks down", ((COMP, "c2:4. c:8 r:4 g1 |", "c2:4. c:8 g:4 e |"),)),
    Step("The bass up to here", ((MIX, "{threshold_db: -24, ratio: 3,", "{threshold_db: -22, ratio: 4,"),)),
    Step("The form is in", merges="form"),
    Step(
        "The desk is in",
        (
            (
                MIX,
                "<<<<<<< ours\n      - compressor: {threshold_db: -22, ratio: 4, attack_ms: 12 ms, knee_db: 6, release_ms: 140}\n"
                "=======\n      - compressor: {threshold_db: -28, ratio: 4, attack_ms: 12 ms, knee_db: 6, release_ms: 140}\n"
                ">>>>>>> theirs\n",
                "      - compressor: {threshold_db: -26, ratio: 4, attack_ms: 12 ms, knee_db: 6, release_ms: 140}\n",
            ),
        ),
        merges="desk",
    ),
    # -- towards the end ------------------------------------------------------------------------------------------
    Step("The drums wait", ((ARR, "drums: {play: beat, bars: {8: fill}}", "drums: {play: beat, bars: {8: fill}, enter: 5}"),)),
    Step(
        "One chorus is enough", ((ARR, "chorus x2: {transpose: 2}]", "chorus: {transpose: 2}]"),)
    ),
    Step(
        "An outro",
        (
            (
                ARR,
                "form:",
                '  outro:\n    bars: 2\n    chords: "Fmaj7 | Cmaj9"\n    parts:\n      keys: {chords: section, voicing: open}\n      bass: {chords: section, voicing: root}\nform:',
            ),
            (ARR, "chorus: {transpose: 2}]", "chorus: {transpose: 2}, outro]"),
        ),
    ),
    Step("A slower end", ((TOP, "tempo: 96", "tempo: [{at: 1, bpm: 96}, {at: outro, to: 72, over: 2 bars}]"),)),
    Step("It is in C after all", ((TOP, "key: A minor", "key: C major"),)),
    Step("A long last bar", ((TOP, "key: C major\n", "key: C major\nmeter: {1: 4/4, 54: 6/4}\n"),)),
    Step("A longer intro", ((ARR, "  intro:\n    bars: 4", "  intro:\n    bars: 8"), (TOP, "54: 6/4", "58: 6/4"))),
    Step(
        "The harmony follows",
        (
            (REC, "harmony-1.wav, at: 13", "harmony-1.wav, at: chorus"),
            (REC, "harmony-2.wav, at: 13", "harmony-2.wav, at: chorus"),
            (REC, "take1 13-15, {region: take2 16-20,", "take1 17-19, {region: take2 20-24,"),
        ),
    ),
    Step(
        "The keys are a Rhodes",
        (
            (ARR, "  keys: fm_piano\n", "  rhodes: fm_piano\n"),
            (ARR, "    parts: {keys: keys_verse}", "    parts: {rhodes: keys_verse}"),
            (ARR, "      keys: keys_verse\n", "      rhodes: keys_verse\n"),
            (ARR, "      keys: keys_chorus\n", "      rhodes: keys_chorus\n"),
            (ARR, ", keys: keys_verse}", ", rhodes: keys_verse}"),
            (ARR, "      keys: {chords: section", "      rhodes: {chords: section"),
            (MIX, "  keys: {inserts", "  rhodes: {inserts"),
        ),
    ),
    Step(
        "A pad under the choruses",
        (
            (ARR, "  lead: voice/lead_alto\n", "  lead: voice/lead_alto\n  pad: pad/warm\n"),
            (ARR, "      lead: hook\n", "      lead: hook\n      pad: {chords: section, voicing: open}\n"),
        ),
    ),
    Step(
        "The pad has the end",
        (
            (
                ARR,
                "      rhodes: {chords: section, voicing: open}\n      bass: {chords: section, voicing: root}\n",
                "      pad: {chords: section, voicing: open}\n      bass: {chords: section, voicing: root}\n",
            ),
        ),
    ),
    Step("Louder, and below its peaks", ((TOP, "loudness: -14, ceiling: -1", "loudness: -12, ceiling: -1.5"),)),
    Step("An Opus for the web", ((TOP, "[wav24, flac]", "[wav24, flac, opus]"),)),
    Step("Who wrote it", ((TOP, "artist: The Small Hours\n", "artist: The Small Hours\ncredits: {composer: Ann O'Nym}\nisrc: QZ-ABC-26-00007\n"),)),
)
