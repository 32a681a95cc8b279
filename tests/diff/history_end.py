"""The end of the history: on the way to the release."""

from __future__ import annotations

from diff.history_step import ARR, MIX, REC, TOP, Step

END = (
    Step(
        "The drums wait",
        edits=((ARR, "drums: {play: beat, bars: {8: fill}}", "drums: {play: beat, bars: {8: fill}, enter: 5}"),),
        says=("notes - drums | drums, verse (both), bars 1-4 of each: silent",),
    ),
    Step(
        "One chorus is enough",
        edits=((ARR, "chorus x2: {transpose: 2}]", "chorus: {transpose: 2}]"),),
        says=("form - chorus | chorus 3 no longer repeated: 8 bars fewer at the end | bars 53-60 before",),
    ),
    Step(
        "An outro",
        edits=(
            (
                ARR,
                "form:",
                "  outro:\n"
                "    bars: 2\n"
                '    chords: "Fmaj7 | Cmaj9"\n'
                "    parts:\n"
                "      keys: {chords: section, voicing: open}\n"
                "      bass: {chords: section, voicing: root}\n"
                "form:",
            ),
            (ARR, "chorus: {transpose: 2}]", "chorus: {transpose: 2}, outro]"),
        ),
        says=("form + outro | outro added: 2 bars after chorus 3 | bars 53-54",),
    ),
    Step(
        "A slower end",
        edits=((TOP, "tempo: 96", "tempo: [{at: 1, bpm: 96}, {at: outro, to: 72, over: 2 bars}]"),),
        says=("time ~ tempo | tempo, outro: now 96 to 72 bpm over bars 53-54 (was 96 bpm)",),
    ),
    Step(
        "It is in C after all",
        edits=((TOP, "key: A minor", "key: C major"),),
        says=("harmony ~ key | key A minor -> C major",),
    ),
    Step(
        "A long last bar",
        edits=((TOP, "key: C major\n", "key: C major\nmeter: {1: 4/4, 54: 6/4}\n"),),
        says=(
            "time ~ meter | meter, bar 54: 4/4 -> 6/4",
            "notes ~ bass | bass, outro, bar 54, beat 1: C2 6 beats long (was 4 beats)",
            "notes ~ keys | keys, outro, bar 54: longer: whole notes held as dotted whole notes",
        ),
    ),
    Step(
        "A longer intro",
        edits=(
            (ARR, "  intro:\n    bars: 4", "  intro:\n    bars: 8"),
            (TOP, "54: 6/4", "58: 6/4"),
        ),
        says=(
            "form ~ intro | intro: 4 bars longer, 4 -> 8 | bars 1-8",
            "recordings ~ harmony | harmony: takes stay at bars 13-20 while the sections move",
        ),
    ),
    Step(
        "The harmony follows",
        edits=(
            (REC, "harmony-1.wav, at: 13", "harmony-1.wav, at: chorus"),
            (REC, "harmony-2.wav, at: 13", "harmony-2.wav, at: chorus"),
            (REC, "take1 13-15, {region: take2 16-20,", "take1 17-19, {region: take2 20-24,"),
        ),
        says=("recordings > harmony | harmony moved from bars 13-20 to 17-24",),
    ),
    Step(
        "The keys are a Rhodes",
        edits=(
            (ARR, "  keys: fm_piano\n", "  rhodes: fm_piano\n"),
            (ARR, "    parts: {keys: keys_verse}", "    parts: {rhodes: keys_verse}"),
            (ARR, "      keys: keys_verse\n", "      rhodes: keys_verse\n"),
            (ARR, "      keys: keys_chorus\n", "      rhodes: keys_chorus\n"),
            (ARR, ", keys: keys_verse}", ", rhodes: keys_verse}"),
            (ARR, "      keys: {chords: section", "      rhodes: {chords: section"),
            (MIX, "  keys: {inserts", "  rhodes: {inserts"),
        ),
        says=("parts = rhodes | keys renamed to rhodes",),
    ),
    Step(
        "A pad under the choruses",
        edits=(
            (ARR, "  lead: voice/lead_alto\n", "  lead: voice/lead_alto\n  pad: pad/warm\n"),
            (ARR, "      lead: hook\n", "      lead: hook\n      pad: {chords: section, voicing: open}\n"),
        ),
        says=("parts + pad | pad added (pad/warm): plays in chorus (all 3) | bars 17-24, 33-40 and 49-56",),
    ),
    Step(
        "The pad has the end",
        edits=(
            (
                ARR,
                "      rhodes: {chords: section, voicing: open}\n      bass: {chords: section, voicing: root}\n",
                "      pad: {chords: section, voicing: open}\n      bass: {chords: section, voicing: root}\n",
            ),
        ),
        says=(
            "parts ~ pad | pad now also plays in outro | bars 57-58",
            "parts ~ rhodes | rhodes silent in outro | bars 57-58",
        ),
    ),
    Step(
        "A wish",
        edits=(
            (
                TOP,
                "mix: mix.yaml\n",
                "mix: mix.yaml\nnotes:\n  - {at: chorus#1, part: lead, text: more air here, by: Ann}\n",
            ),
        ),
        says=("remarks + lead | lead, chorus 1: note added: 'more air here' (Ann) | bars 17-24",),
    ),
    Step(
        "More air",
        edits=(
            (
                MIX,
                "q: 0.8, name: presence}]}",
                "q: 0.8, name: presence}, {type: high_shelf, freq_hz: 9000, gain_db: 1.5, name: air}]}",
            ),
            (TOP, "by: Ann}", "by: Ann, done: true}"),
        ),
        says=(
            "mix + lead | lead eq air +1.5 dB added",
            "remarks ~ lead | lead, chorus 1: note done: 'more air here' | bars 17-24",
        ),
    ),
    Step(
        "Louder, and below its peaks",
        edits=((TOP, "loudness: -14, ceiling: -1", "loudness: -12, ceiling: -1.5"),),
        says=(
            "master ~ master | master loudness -14 -> -12 LUFS",
            "master ~ master | master ceiling -1 -> -1.5 dBTP",
        ),
    ),
    Step(
        "An Opus for the web",
        edits=((TOP, "[wav24, flac]", "[wav24, flac, opus]"),),
        says=("delivery + delivery | delivery: opus added",),
    ),
    Step(
        "Who wrote it",
        edits=(
            (
                TOP,
                "artist: The Small Hours\n",
                "artist: The Small Hours\ncredits: {composer: Ann O'Nym}\nisrc: QZ-ABC-26-00007\n",
            ),
        ),
        says=(
            "metadata + composer | credits, composer: Ann O'Nym added",
            "metadata + isrc | ISRC added: QZABC2600007",
        ),
    ),
)
