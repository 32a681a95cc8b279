"""Who plays what, when: a table of layers, tracks down and sections across, from which the parts are built.

A '.' is silence; any other cell names a pattern of composition.yaml.  songbuild calls `arrangement()`.
"""

from __future__ import annotations

from typing import Any

TRACKS: dict[str, Any] = {
    "kick": "drum_kit/studio",
    "drums": {"instrument": {"drum_kit/studio": {"room": 0.2, "percussion_db": -7, "snare_decay_ms": 240}}},
    "perc": {"instrument": {"drum_kit/studio": {"spread": 0.9}}, "humanize": {"time": 7, "velocity": 8, "seed": 3}},
    "bass": {"instrument": {"bass/round": {"tone_hz": 1400, "drive": 0.35}}, "gm_program": 34},
    "keys": {"instrument": "fm_piano/mellow", "gm_program": 5},
    "pad": {"instrument": {"pad/warm": {"release_ms": 400}}, "gm_program": 90},
    "strings": {"instrument": {"pad/strings": {"release_ms": 420}}, "gm_program": 49},
    "harp": {"instrument": "pluck/steel", "gm_program": 25},
    "arp": {"instrument": "subtractive/pluck", "gm_program": 82},
    "guitar": {"recording": "guitar"},
    "double": {"recording": "double"},
    "lead": {
        "instrument": {"voice/lead_alto": {"vibrato_cents": 24, "brightness": 0.65}},
        "swing": "52% of 16",
        "humanize": {"time": 9, "velocity": 3, "seed": 5},
        "gm_program": 54,
    },
    "under": {"instrument": {"voice/lead_tenor": {"brightness": 0.45, "voices": 2}}, "gm_program": 54},
    "choir": {"instrument": {"voice/choir_ooh": {"voices": 3}}, "gm_program": 53},
    "bell": {"instrument": "fm_piano/vibes", "gm_program": 12},
    "reply": {"instrument": {"subtractive/lead": {"cutoff_hz": 1100}}, "gm_program": 81},
    "glass": {
        "instrument": {
            "sampler": {
                "zones": [
                    {"file": "samples/swell.flac", "root": "c2", "keys": ["c2", "c2"], "one_shot": True},
                    {"file": "samples/chime.flac", "root": "e2", "keys": ["e2", "e2"], "one_shot": True},
                ]
            }
        }
    },
}

BARS = {
    "intro": 8,
    "verse": 8,
    "climb": 4,
    "chorus": 8,
    "turn": 2,
    "verse_2": 8,
    "bridge": 8,
    "hush": 4,
    "last": 8,
    "outro": 6,
}
CHORDS = {"intro": "opening", "verse": "verse_1", "last": "chorus", "outro": "farewell"}  # others: their own name

LAYERS = """
          intro        verse        climb        chorus       turn         verse_2      bridge       hush         last         outro
kick      .            k_verse      k_climb      k_chorus     k_turn       k_verse      k_bridge     .            k_last       .
drums     d_intro      d_verse      d_climb      d_chorus     d_turn       d_verse_2    d_bridge     d_hush       d_last       .
perc      .            .            p_shaker     p_chorus     p_turn       p_verse      p_bridge     .            p_chorus     .
bass      .            b_verse      b_climb      b_chorus     b_turn       b_verse_2    b_bridge     .            b_last       b_end
keys      keys_open    keys_verse   keys_climb   keys_chorus  keys_verse   keys_verse   keys_bridge  keys_hush    keys_chorus  keys_hush
pad       pad_held     .            pad_held     pad_held     pad_held     .            pad_held     pad_held     pad_held     pad_held
strings   .            .            .            str_chorus   .            .            str_chorus   .            str_chorus   .
harp      .            harp         harp         .            harp         harp         .            .            .            harp_sparse
arp       arp          .            .            arp          arp          .            .            .            arp_high     .
lead      .            verse        climb        hook         .            verse_again  bridge       hush         hook_last    goodbye
under     .            .            .            under        .            .            .            .            under_last   .
choir     .            .            .            ooh          .            ooh          aah          .            aah          ooh
bell      bell_intro   .            .            .            bell_turn    bell_verse   .            .            .            bell_end
reply     .            .            .            reply        .            .            reply_bridge .            reply_last   .
"""

# What stands out of the grid: section -> track -> settings of that part (docs/notation.md).
TURNS: dict[str, dict[str, dict[str, Any]]] = {
    "intro": {
        "bell": {"scale_velocity": 0.9},
        "glass": {"bars": {1: "chime", 8: "swell"}},
    },
    "verse": {
        "kick": {"enter": 3, "scale_velocity": 0.94},
        "drums": {"enter": 3, "bars": {8: "fill_verse"}},
        "keys": {"scale_velocity": 0.92},
        "harp": {"scale_velocity": 0.9},
    },
    "climb": {"glass": {"bars": {4: "swell"}}},
    "chorus": {
        "drums": {"bars": {4: "fill_verse", 8: "fill_chorus"}},
        "glass": {"bars": {1: "chime"}},
    },
    "verse_2": {
        "kick": {"scale_velocity": 0.94},
        "drums": {"bars": {4: "fill_verse", 8: "fill_toms"}, "scale_velocity": 0.9},
        "choir": {"enter": 5, "scale_velocity": 0.85},
    },
    "bridge": {
        "drums": {"bars": {8: "fill_bridge"}},
        "kick": {"bars": {8: "k_build"}},
        "pad": {"scale_velocity": 0.95},
        "choir": {"enter": 5},
    },
    "hush": {
        "drums": {"bars": {4: "fill_hush"}},
        "kick": {"play": "k_soft"},
        "glass": {"bars": {1: "chime", 4: "swell"}},
    },
    "last": {
        "drums": {"bars": {4: "fill_verse", 8: "fill_toms"}},
        "glass": {"bars": {1: "chime", 5: "chime"}},
    },
    "outro": {
        "drums": {"bars": {1: "d_end"}},
        "choir": {"exit": 4, "scale_velocity": 0.8},
        "glass": {"bars": {5: "chime"}},
    },
}

FORM: list[Any] = [
    "intro",
    "verse",
    "climb",
    "chorus",
    "turn",
    "verse_2",
    # The second time round: percussion drives the climb, and the choir opens its mouth.
    {"climb": {"perc": "p_verse", "choir": "ooh"}},
    {"chorus": {"harp": "harp", "bell": {"notes": "R*7 | r:4 f#5:8 e d:4 a4"}}},
    "bridge",
    "hush",
    "last",
    "outro",
]


def layers() -> dict[str, dict[str, str]]:
    """Section -> track -> pattern, read from the table."""
    head, *rows = [line.split() for line in LAYERS.strip().splitlines()]
    return {
        section: {track: cells[index] for track, *cells in rows if cells[index] != "."}
        for index, section in enumerate(head)
    }


def arrangement() -> dict[str, Any]:
    """The stage: tracks, sections and form."""
    sections: dict[str, Any] = {}
    for section, plays in layers().items():
        parts: dict[str, Any] = dict(plays)
        for track, settings in TURNS.get(section, {}).items():
            parts[track] = {"play": plays.get(track), **settings}
        sections[section] = {"bars": BARS[section], "chords": CHORDS.get(section, section), "parts": parts}
    return {"tracks": TRACKS, "sections": sections, "form": FORM}
