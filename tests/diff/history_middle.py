"""The middle of the history: a form, a mix, and what two people changed at once."""

from __future__ import annotations

from diff.history_step import ARR, COMP, MIX, Step

MIDDLE = (
    Step(
        "A bridge",
        edits=(
            (
                ARR,
                "form:",
                "  bridge:\n"
                "    bars: 4\n"
                '    chords: "Dm9 | Em7 | Fmaj7 | G"\n'
                '    parts: {bass: "d1:1 | e:1 | f:1 | g:1", keys: keys_verse}\n'
                "form:",
            ),
            (ARR, "chorus, verse:", "chorus, bridge, verse:"),
        ),
        says=("form + bridge | bridge added: 4 bars after chorus 1 | bars 21-24",),
        branch="form",
    ),
    Step(
        "The bridge later, and a last chorus",
        edits=(
            (
                ARR,
                "chorus, bridge, verse: {bass: {octave: 1}}, chorus]",
                "chorus, verse: {bass: {octave: 1}}, chorus, bridge, chorus]",
            ),
        ),
        says=(
            "form + chorus | chorus 3 added: 8 bars after bridge | bars 41-48",
            "form > bridge | bridge moved: now after chorus 2 (bars 37-40)",
            "time ~ length | 8 bars longer: 40 -> 48 bars, 1:40 -> 2:00",
        ),
        branch="form",
    ),
    Step(
        "The bridge twice as long",
        edits=(
            (
                ARR,
                '    bars: 4\n    chords: "Dm9 | Em7 | Fmaj7 | G"',
                '    bars: 8\n    chords: "Dm9 | Em7 | Fmaj7 | G"',
            ),
        ),
        says=("form ~ bridge | bridge: 4 bars longer, 4 -> 8 | bars 37-44",),
        branch="form",
    ),
    Step(
        "It is a middle eight",
        edits=(
            (ARR, "  bridge:", "  middle_eight:"),
            (ARR, "bridge, chorus]", "middle_eight, chorus]"),
        ),
        says=("form = middle_eight | bridge renamed to middle eight | bars 37-44",),
        branch="form",
    ),
    Step(
        "The last chorus a tone up",
        edits=((ARR, "middle_eight, chorus]", "middle_eight, chorus: {transpose: 2}]"),),
        says=("harmony ~ chorus | chorus 3 up a whole tone: A minor -> B minor | bars 45-52",),
        branch="form",
    ),
    Step(
        "The last chorus twice",
        edits=((ARR, "middle_eight, chorus: {transpose: 2}]", "middle_eight, chorus x2: {transpose: 2}]"),),
        says=("form + chorus | chorus 3 repeated: 8 bars more at the end | bars 53-60",),
        branch="form",
    ),
    Step(
        "The bass walks up",
        edits=((COMP, "| f1:4. f:8 r:4 c2 | c2:4.", "| f1:4. f:8 g:4 a | c2:4."),),
        says=(
            "notes ~ bass | bass, verse 1, bar 6: G1 added on beat 3 and C2 -> A1 on beat 4",
            "notes ~ bass | bass, verse 2, bar 22: G2 added on beat 3 and C3 -> A2 on beat 4",
        ),
        branch="form",
    ),
    Step(
        "Less presence",
        edits=((MIX, "freq_hz: 3000, gain_db: 2", "freq_hz: 3000, gain_db: 1"),),
        says=("mix ~ lead | lead eq presence +2 -> +1 dB",),
        branch="desk",
    ),
    Step(
        "More compression of the lead",
        edits=((MIX, "compressor/vocal: {threshold_db: -18}", "compressor/vocal: {threshold_db: -20}"),),
        says=("mix ~ lead | lead compressor threshold -18 -> -20 dB",),
        branch="desk",
    ),
    Step(
        "A de-esser",
        edits=((MIX, "{threshold_db: -20}\n", "{threshold_db: -20}\n      - deesser/vocal\n"),),
        says=("mix + lead | lead: deesser (vocal) added after compressor",),
        branch="desk",
    ),
    Step(
        "The de-esser before the compressor",
        edits=(
            (
                MIX,
                "      - compressor/vocal: {threshold_db: -20}\n      - deesser/vocal\n",
                "      - deesser/vocal\n      - compressor/vocal: {threshold_db: -20}\n",
            ),
        ),
        says=("mix > lead | lead: deesser now before compressor",),
        branch="desk",
    ),
    Step(
        "... and off for now",
        edits=((MIX, "- deesser/vocal\n", "- deesser/vocal: {bypass: true}\n"),),
        says=("mix ~ lead | lead deesser bypassed",),
        branch="desk",
    ),
    Step(
        "The lead further back, the keys further left",
        edits=(
            (MIX, "sends: {room: -14}", "sends: {room: -11}"),
            (MIX, "pan: -0.2", "pan: 35L"),
        ),
        says=(
            "mix ~ keys | keys pan 20 % left -> 35 % left",
            "mix ~ lead | lead -> room send -14 -> -11 dB",
        ),
        branch="desk",
    ),
    Step(
        "A bus for the rhythm",
        edits=(
            (MIX, "    gain_db: -7\n", "    gain_db: -7\n    to: rhythm\n"),
            (MIX, "sends: {room: -22}, gain_db: -5}", "sends: {room: -22}, gain_db: -5, to: rhythm}"),
            (MIX, "returns:", "buses:\n  rhythm: {inserts: [compressor/drum_bus]}\nreturns:"),
        ),
        says=(
            "mix + rhythm | rhythm bus added (compressor)",
            "mix ~ drums | drums and bass routed to rhythm (was the mix)",
        ),
        branch="desk",
    ),
    Step(
        "The keys make room for the words",
        edits=(
            (MIX, "pan: 35L, ", 'pan: 35L, automation: {volume_db: "1: 0 hold, verse#1: -2 hold, chorus#1: 0 hold"}, '),
        ),
        says=("automation + keys | keys volume automation added (3 points) | bars 5-13",),
        branch="desk",
    ),
    Step(
        "A fingered bass, a little dirtier",
        edits=((ARR, "bass: bass/round", "bass: {instrument: {bass/fingered: {drive: 0.5}}}"),),
        says=("sound ~ bass | bass: preset round -> fingered (sub 12 -> 0 %, position 34 -> 28 % and 7 more)",),
        branch="desk",
    ),
    Step(
        "Harder on the bass",
        edits=((MIX, "{threshold_db: -24, ratio: 3,", "{threshold_db: -28, ratio: 3,"),),
        says=("mix ~ bass | bass compressor threshold -24 -> -28 dB",),
        branch="desk",
    ),
    Step(
        "The bass walks down",
        edits=((COMP, "c2:4. c:8 r:4 g1 |", "c2:4. c:8 g:4 e |"),),
        says=(
            "notes ~ bass | bass, verse 1, bar 7: G2 added on beat 3 and G1 -> E2 on beat 4",
            "notes ~ bass | bass, verse 2, bar 23: G3 added on beat 3 and G2 -> E3 on beat 4",
        ),
    ),
    Step(
        "The form is in",
        says=(
            "form + middle_eight | middle eight, chorus 3 and chorus 4 added: 24 bars after chorus 2 | bars 37-60",
            "notes ~ bass | bass, verse 1, bar 6: G1 added on beat 3 and C2 -> A1 on beat 4",
            "notes ~ bass | bass, verse 2, bar 22: G2 added on beat 3 and C3 -> A2 on beat 4",
        ),
        merges="form",
        tag="draft",
        other=(
            "notes ~ bass | bass, verse 1, bar 7: G2 added on beat 3 and G1 -> E2 on beat 4",
            "notes ~ bass | bass, verse 2, bar 23: G3 added on beat 3 and G2 -> E3 on beat 4",
        ),
    ),
    Step(
        "The bass up to here",
        edits=((MIX, "{threshold_db: -24, ratio: 3,", "{threshold_db: -22, ratio: 4,"),),
        says=("mix ~ bass | bass compressor: threshold -24 -> -22 dB, ratio 3:1 -> 4:1",),
    ),
    Step(
        "The desk is in",
        edits=(
            (
                MIX,
                "<<<<<<< ours\n"
                "      - compressor: {threshold_db: -22, ratio: 4, attack_ms: 12 ms, knee_db: 6, release_ms: "
                "140}\n"
                "=======\n"
                "      - compressor: {threshold_db: -28, ratio: 4, attack_ms: 12 ms, knee_db: 6, release_ms: "
                "140}\n"
                ">>>>>>> theirs\n",
                "      - compressor: {threshold_db: -26, ratio: 4, attack_ms: 12 ms, knee_db: 6, release_ms: 140}\n",
            ),
        ),
        says=(
            "sound ~ bass | bass: preset round -> fingered (sub 12 -> 0 %, position 34 -> 28 % and 7 more)",
            "mix ~ bass | bass compressor threshold -22 -> -26 dB",
            "mix + rhythm | rhythm bus added (compressor)",
            "automation + keys | keys volume automation added (3 points) | bars 5-13",
            "mix ~ drums | drums and bass routed to rhythm (was the mix)",
            "mix ~ lead | lead compressor threshold -18 -> -20 dB",
            "mix ~ keys | keys pan 20 % left -> 35 % left",
            "mix ~ lead | lead eq presence +2 -> +1 dB",
            "mix ~ lead | lead -> room send -14 -> -11 dB",
            "mix + lead | lead: deesser (vocal) added before compressor, bypassed",
        ),
        merges="desk",
        tag="rough-mix",
        other=(
            "form + middle_eight | middle eight, chorus 3 and chorus 4 added: 24 bars after chorus 2 | bars 37-60",
            "mix ~ bass | bass compressor: threshold -28 -> -26 dB, ratio 3:1 -> 4:1",
            "notes ~ bass | bass, verse (both), bars 2-3 of each: 2 notes added, 2 changed pitch",
        ),
        conflicts=("mix.yaml:5: conflict: bass compressor threshold_db: ours -22, theirs -28 (was -24)",),
    ),
)
