# ruff: noqa: E501
"""Everything a user can get wrong: its code, its place (§ in the text), its words; nothing else, and no traceback."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from songbuild.manifest import Loaded, load
from songbuild.problems import Problem

BASE = """\
title: T
composition:
  patterns:
    riff: "c4:4 d e f | g a b c5"
    beat: {grid: 16, kick: "x---x---x---x---", snare: "----x-------x---"}
arrangement:
  tracks: {bass: beep, kit: drums, vox: {recording: vox}}
  sections: {verse: {bars: 2, parts: {bass: riff, kit: beat}}}
  form: [verse]
recordings: {vox: {takes: {a: a.wav}}}
"""


@dataclass(frozen=True)
class Case:
    """Files with one § where the problem is; where there is none, it is at the start of `file`."""

    name: str
    code: str
    files: dict[str, str | bytes]
    words: tuple[str, ...]
    file: str = "song.yaml"
    trusted: bool = False
    severity: str = "error"


def song(name: str, code: str, text: str, *words: str, severity: str = "error") -> Case:
    return Case(name, code, {"song.yaml": text}, words, severity=severity)


def also(name: str, code: str, text: str, *words: str, severity: str = "error") -> Case:
    """More keys of song.yaml, after the valid ones."""
    return Case(name, code, {"song.yaml": BASE + text}, words, severity=severity)


def stage(name: str, code: str, which: str, text: str, *words: str, severity: str = "error") -> Case:
    """One stage, in its own file."""
    base = re.sub(rf"(?m)^{which}:(.*\n(  .*\n)*)", "", BASE)
    files: dict[str, str | bytes] = {"song.yaml": f"{base}{which}: {which}.yaml\n", f"{which}.yaml": text}
    return Case(name, code, files, words, f"{which}.yaml", severity=severity)


def mix(name: str, code: str, text: str, *words: str, severity: str = "error") -> Case:
    return stage(name, code, "mix", text, *words, severity=severity)


def pattern(name: str, code: str, text: str, *words: str) -> Case:
    """One more pattern, in composition.yaml."""
    known = 'patterns:\n  riff: "c4:4 d e f"\n  beat: {grid: 16, kick: "x---x---x---x---"}\n  '
    return stage(name, code, "composition", known + text, *words)


def script(name: str, code: str, text: str, *words: str, trusted: bool = True) -> Case:
    files: dict[str, str | bytes] = {"song.yaml": f"{BASE}mix: mix.py\n", "mix.py": text}
    return Case(name, code, files, words, "mix.py", trusted)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)
)
LONG = "x" * 400

CASES = [
    # YAML itself
    song("unclosed quotes", "YAML003", 'title: §"T\nkey: A minor\n', "quoted text never ends", "close the quotes"),
    song("unclosed list", "YAML003", "title: T\ncomposition: §[c4\nkey: d\n", "[ ]"),
    song("unclosed mapping", "YAML003", "title: T\nmix: §{channels: {}\nkey: d\n", "{ }"),
    song("two colons", "YAML003", "title: a§: b: c\n", "':'", "quotes"),
    song("tab as indentation", "YAML003", "title: T\nmix:\n§\tchannels: {}\n", "tab", "spaces"),
    song("percent starts a value", "YAML003", "title: §%T\n", "can't start", "quotes"),
    song("dash starts a value", "YAML003", "title: §- x\n", "quotes"),
    song("a line without a colon", "YAML003", "title: T\nkey§\n", "without ':'"),
    song("unknown escape", "YAML003", 'title: "a§\\qb"\n', "escape"),
    song("directive", "YAML003", "%FOO§\n---\ntitle: T\n", "directives"),
    song("duplicate key", "YAML004", "title: T\n§title: U\n", "'title' is given twice", "song.yaml:1:1"),
    song("duplicate key as number", "YAML004", 'title: T\nmeter: {1: 4/4, §"1": 3/4}\n', "'1' is given twice"),
    song("merge key", "YAML005", "title: T\nmaster:\n  §<<: {loudness: -14}\n", "merge keys"),
    song("python tag", "YAML006", "title: §!!python/object/apply:os.system [ls]\n", "!!python/object", "tag"),
    song("custom tag", "YAML006", "title: §!secret x\n", "!secret"),
    song("nested brackets", "YAML007", "title: " + "[" * 100 + "§" + "[" * 99_900, "nested more than 100 deep"),
    song("nested mappings", "YAML007", "{a: " * 100 + "{§a: " + "{a: " * 5000, "nested more than 100 deep"),
    song("alias bomb", "YAML008", "title: T\n" + BOMB, "more than 250000 values"),
    song("unknown alias", "YAML009", "title: §*nobody\n", "*nobody", "quotes"),
    song("alias of itself", "YAML009", "title: T\ncredits: &x {a: [§*x]}\n", "inside"),
    song("two documents", "YAML010", "title: T\n§---\ntitle: U\n", "second document"),
    song("key is a list", "YAML011", "title: T\n? §[a]\n: b\n", "key is text"),
    song("key is null", "YAML011", "title: T\n§null: b\n", "key is text"),
    song("key is a fraction", "YAML011", "title: T\nmeter: {§1.5: 4/4}\n", "key is text"),
    song("hexadecimal", "YAML012", "title: T\nseed: §0x1F\n", "write 31"),
    song("too many digits", "YAML012", f"title: T\nseed: §{'9' * 400}\n", "18 digits"),
    song("too large a number", "YAML012", "title: T\ntail: §1e999\n", "too large"),
    song("not a number", "YAML012", "title: T\ntail: §.nan\n", "not-a-number"),
    song("control character", "YAML002", "title: T§\x07\n", "U+0007"),
    song("NUL", "YAML002", "title: T§\0\n", "U+0000"),
    song("NUL as an escape", "YAML002", 'title: §"T\\0"\n', "U+0000"),
    song("line separator", "YAML002", "title: T§\u2028x\n", "U+2028"),
    Case("Latin-1", "YAML001", {"song.yaml": b"title: T\nartist: Bj\xc2\xa7\xf6rk\n"}, ("0xf6", "UTF-8")),
    mix("names alike", "YAML013", "buses: {drums: {}, §Drums: {}}\n", "case", "mix.yaml:1:9", severity="warning"),
    Case("far too large", "YAML014", {"song.yaml": b"#" * (9 << 20)}, ("8 MiB",)),
    # Files
    song("not a mapping", "MAN006", "§- title: T\n", "mapping"),
    song("missing stage", "MAN003", "title: T\nmix: §mix.yml\n", "no file 'mix.yml'"),
    Case("misspelled stage", "MAN003", {"song.yaml": "title: T\nmix: §mx.yaml\n", "mix.yaml": ""}, ("'mix.yaml'",)),
    song("stage outside", "MAN002", "title: T\nmix: §../mix.yaml\n", "leads out"),
    song("stage by absolute path", "MAN002", "title: T\nmix: §/etc/passwd\n", "below the song's folder"),
    song("stage at home", "MAN002", "title: T\nmix: §~/mix.yaml\n", "below the song's folder"),
    Case("stage is a folder", "MAN004", {"song.yaml": "title: T\nmix: §m.yaml\n", "m.yaml/x": ""}, ("not a file",)),
    Case("stage is text", "MAN005", {"song.yaml": "title: T\nmix: §mix.txt\n", "mix.txt": ""}, (".yaml or .py",)),
    song("stage's path too long", "MAN001", f"title: T\nmix: §{LONG}.yaml\n", "too long"),
    stage("stage is a list", "MAN006", "mix", "§- channels\n", "mapping"),
    song("stage is a number", "MIX004", "title: T\nmix: §3\n", "mapping, not 3"),
    stage("take outside", "MAN002", "recordings", "vox: {takes: {a: §../a.wav}}\n", "leads out"),
    stage("take missing", "MAN003", "recordings", "vox:\n  takes:\n    a: {file: §b.wav}\n", "b.wav", "'a.wav'"),
    also("artwork missing", "MAN003", "artwork: §cover.png\n", "cover.png"),
    # .py
    Case("not trusted", "MAN007", {"song.yaml": "title: T\nmix: §mix.py\n", "mix.py": "1/0"}, ("songbuild trust",)),
    script("raises", "MAN008", "def mix():\n    return §1 / 0\n", "ZeroDivisionError"),
    script("raises when imported", "MAN008", "import os\n§os.nothing\n", "AttributeError"),
    script("exits", "MAN008", "import sys\ndef mix():\n    §sys.exit(3)\n", "SystemExit"),
    script("syntax error", "MAN008", "def mix(§:\n    pass\n", "invalid syntax"),
    script("no function", "MAN010", "def mx():\n    return {}\n", "no function 'mix'", "'mx'"),
    script("returns a list", "MAN006", "x = 1\n§def mix():\n    return []\n", "must return a mapping"),
    script("returns an object", "MAN011", "§def mix():\n    return {'inserts': [object()]}\n", "mix().inserts[0]: object"),
    script("returns a set", "MAN011", "§def mix():\n    return {'inserts': {1}}\n", "set"),
    script("returns not-a-number", "MAN011", "§def mix():\n    return {'pan': float('nan')}\n", "not-a-number"),
    script("returns itself", "MAN011", "§def mix():\n    a = {}\n    a['a'] = a\n    return a\n", "100 deep"),
    script("returns a control character", "MAN011", "§def mix():\n    return {'to': 'a\\0'}\n", "U+0000"),
    script("unknown key", "MIX001", "\n\n§def mix():\n    return {'chanels': {}}\n", "mix.chanels", "'channels'"),
    # The song
    song("empty file", "SONG002", "", "'title' is missing"),
    song("no title", "SONG002", "§key: A minor\n", "'title' is missing"),
    song("empty title", "SONG008", 'title: §""\n', "must not be empty"),
    song("song's key", "SONG001", "title: T\n§artsit: A\n", "unknown key 'artsit'", "did you mean 'artist'?"),
    song("title is a list", "SONG004", "title: §[a]\n", "expected text, not a list"),
    song("nothing given", "SONG004", "§title:\n", "expected text, not nothing"),
    song("bad ISRC", "SONG008", "title: T\nisrc: §GB-AYE-69\n", "'GB-AYE-69' is not an ISRC"),
    song("bad date", "SONG008", "title: T\ndate: §31.12.2026\n", "not a date", "2026-03-31"),
    song("rate", "SONG007", "title: T\nrate: §22050\n", "22050 is not one of the choices", "44100"),
    song("negative seed", "SONG005", "title: T\nseed: §-1\n", "must be at least 0, not -1"),
    song("seed as text", "SONG004", 'title: T\nseed: §"3"\n', "whole number", "without quotes"),
    song("seed is true", "SONG004", "title: T\nseed: §true\n", "expected a whole number, not true"),
    song("tail in hertz", "SONG006", "title: T\ntail: §3 Hz\n", "a number in s", "'3 Hz'"),
    song("tail too long", "SONG005", "title: T\ntail: §90 s\n", "must be at most 60 s, not 90"),
    song("credits", "SONG004", "title: T\ncredits: {mix: 3.5, by: [A, §[B]]}\n", "expected text, not a list"),
    song("contributor", "SONG001", "title: T\ncredits: {by: {name: A, §instrumnt: oboe}}\n", "did you mean 'instrument'?"),
    song("no such day", "SONG008", "title: T\ndate: §2026-02-30\n", "no such date as '2026-02-30'"),
    song("ISRC in small letters", "SONG008", "title: T\nisrc: §gb-aye-69-00531\n", "write GB-AYE-69-00531"),
    song("ISRC with its name", "SONG008", "title: T\nisrc: §ISRC GB-AYE-69-00531\n", "only the code"),
    song("ISWC's digit", "SONG008", "title: T\niswc: T-034.524.680-§2\n", "is 2, the others ask for 1"),
    song("UPC's digit", "SONG008", "title: T\nupc: 03600029145§3\n", "is 3, the others ask for 2", "changed places"),
    song("UPC's length", "SONG008", "title: T\nupc: §0360002914\n", "not a UPC or EAN", "13 (EAN)"),
    song("language", "SONG008", "title: T\nlanguage: §english\n", "not a language tag", "zxx"),
    song("share", "SONG005", "title: T\ncredits: {composer: {name: A, share: §120%}}\n", "at most 1, not '120%'"),
    song("explicit", "SONG007", "title: T\nexplicit: §maybe\n", "'maybe'", "known: explicit, clean, none"),
    # Delivery, master
    also("format", "DEL007", "delivery: {formats: [§wav32]}\n", "'wav32'", "did you mean 'wav24'?"),
    also("bit rate", "DEL007", "delivery: {mp3_kbps: §300}\n", "known: 128, 160"),
    also("formats as text", "DEL004", "delivery: {formats: §flac}\n", "expected a list, not 'flac'"),
    also("ceiling", "MAS005", "master: {ceiling: §+1 dBTP}\n", "must be at most 0 dBTP"),
    also("loudness in dB", "MAS006", "master: {loudness: §-14 dB}\n", "LUFS", "'-14 dB'"),
    also("loudness range", "MAS005", "master: {loudness: §-3}\n", "at most -5 LUFS"),
    also("master effect", "MAS003", "master: {chain: [§eqq]}\n", "unknown effect 'eqq'", "'eq'"),
    also("limiter", "MAS001", "master: {limiter: {§relase: 3}}\n", "'release'"),
    # Arrangement, composition
    stage("no bars", "ARR002", "arrangement", "sections: {§verse: {chords: C}}\n", "'bars' is missing"),
    stage("zero bars", "ARR005", "arrangement", "sections: {verse: {bars: §0}}\n", "at least 1"),
    stage("bars with quotes", "ARR004", "arrangement", "sections: {verse: {bars: §'8'}}\n", "whole number"),
    stage("unknown instrument", "ARR003", "arrangement", "tracks: {bass: §bep}\n", "unknown instrument 'bep'", "'beep'"),
    stage("effect as instrument", "ARR003", "arrangement", "tracks: {bass: §eq}\n", "is an effect"),
    stage("instrument's key", "ARR001", "arrangement", "tracks: {b: {instrument: {beep: {§drve: 1}}}}\n", "'drive'"),
    stage("instrument's range", "ARR005", "arrangement", "tracks: {b: {instrument: {beep: {drive: §2}}}}\n", "at most 1"),
    stage("preset", "ARR009", "arrangement", "tracks: {b: beep/§round}\n", "'beep' has no preset 'round'"),
    stage("preset outside", "ARR009", "arrangement", "tracks: {b: beep/§../../song}\n", "no preset"),
    stage("two instruments", "ARR010", "arrangement", "tracks: {b: {instrument: §{beep: {}, drums: {}}}}\n", "one device"),
    stage("instrument side-chain", "ARR011", "arrangement", "tracks: {b: {instrument: {beep: {§sidechain: k}}}}\n", "no"),
    stage("neither", "ARR016", "arrangement", "tracks: {§b: {transpose: 2}}\n", "neither", "exactly one"),
    stage("both", "ARR016", "arrangement", "tracks: {§v: {instrument: beep, recording: vox}}\n", "both"),
    stage("unknown recording", "ARR012", "arrangement", "tracks: {v: {recording: §vxo}}\n", "'vxo'", "'vox'"),
    stage("reserved name", "ARR014", "arrangement", "tracks: {§mix: beep}\n", "main mix"),
    stage("sample missing", "MAN003", "arrangement", "tracks: {b: {instrument: {sampler: {files: {c4: §x.wav}}}}}\n", "x.wav"),
    stage("sample outside", "MAN002", "arrangement", "tracks: {b: {instrument: {sampler: {files: {c4: §/x}}}}}\n", "'/x'"),
    pattern("pattern's key", "COMP001", "p: {notes: c4, §tranpose: 2}\n", "'transpose'"),
    pattern("grid's key", "COMP001", "p: {grid: 16, kick: x---x---x---x---, §velocty: 90}\n", "'velocity'"),
    pattern("voicing", "COMP007", "p: {chords: C, voicing: §drop5}\n", "'drop"),
    pattern("pattern's range", "COMP004", "p: {chords: C, range: §[c3]}\n", "missing"),
    pattern("bar number", "COMP004", "p: {from: riff, bars: {§two: c4}}\n", "whole number", "'two'"),
    stage("patterns is a list", "COMP004", "composition", "patterns: §[c4]\n", "expected a mapping, not a list"),
    # Recordings
    stage("take's gain", "REC006", "recordings", "vox: {takes: {a: {file: a.wav, gain_db: §3 Hz}}}\n", "dB"),
    stage("no takes", "REC002", "recordings", "§vox: {comp: []}\n", "'takes' is missing"),
    stage("crossfade's curve", "REC007", "recordings", "vox: {takes: {a: a.wav}, crossfade: {12ms: §round}}\n", "linear"),
    stage("crossfade's time", "REC006", "recordings", "vox: {takes: {a: a.wav}, crossfade: §12dB}\n", "ms"),
    stage("polarity", "REC007", "recordings", "vox: {takes: {a: {file: a.wav, polarity: §invert}}}\n", "'inverted'"),
    # Mix
    mix("unknown effect", "MIX003", "channels:\n  bass:\n    inserts:\n    - §compresor: {threshold_db: -18}\n",
        "unknown effect 'compresor'", "did you mean 'compressor'?"),
    mix("instrument as effect", "MIX003", "channels: {bass: {inserts: [§beep]}}\n", "is an instrument"),
    mix("effect's key", "MIX001", "channels: {bass: {inserts: [compressor: {§tresh: -18}]}}\n",
        "unknown key 'tresh'", "did you mean 'threshold_db'?"),
    mix("effect's unit", "MIX006", "channels: {bass: {inserts: [compressor: {attack_ms: §3 dB}]}}\n", "ms", "'3 dB'"),
    mix("effect's range", "MIX005", "channels: {bass: {inserts: [eq: {bands: [{freq_hz: §5}]}]}}\n", "at least 10 Hz, not 5"),
    mix("effect's choice", "MIX007", "channels: {bass: {inserts: [compressor: {mode: §pek}]}}\n", "did you mean 'peak'?"),
    mix("effect's switch", "MIX004", "channels: {bass: {inserts: [compressor: {soft: §no}]}}\n", "write false"),
    mix("too many bands", "MIX004", "inserts: [eq: {bands: §[{}, {}, {}, {}, {}]}]\n", "at most 4 values, not 5"),
    mix("effect is a number", "MIX010", "inserts: [§3]\n", "expected a device"),
    mix("effect with a list", "MIX010", "inserts: [§{eq: [1]}]\n", "mapping"),
    mix("no side-chain", "MIX011", "channels: {bass: {inserts: [eq: {§sidechain: kit}]}}\n", "'eq' has no side-chain", "compressor"),
    mix("unknown side-chain", "MIX012", "channels: {bass: {inserts: [compressor: {sidechain: §kits}]}}\n", "'kit'"),
    mix("unknown channel", "MIX012", "channels: {§bas: {}}\n", "no track 'bas'", "'bass'"),
    mix("unknown bus", "MIX012", "channels: {bass: {to: §lows}}\nbuses: {low: {}}\n", "unknown bus 'lows'", "'low'"),
    mix("to a return", "MIX012", "channels: {bass: {to: §verb}}\nreturns: {verb: {}}\n", "is a return"),
    mix("unknown return", "MIX012", "channels: {bass: {sends: {§vreb: -6dB}}}\nreturns: {verb: {}}\n", "'verb'"),
    mix("send to a bus", "MIX012", "channels: {bass: {sends: {§low: -6dB}}}\nbuses: {low: {}}\n", "is a bus"),
    mix("send's level", "MIX006", "channels: {bass: {sends: {verb: §6 ms}}}\nreturns: {verb: {}}\n", "dB"),
    mix("buses in a circle", "MIX013", "buses: {a: {to: b}, b: {to: c}, c: {to: §a}}\n", "a -> b -> c -> a"),
    mix("a bus to itself", "MIX013", "buses: {a: {to: §a}}\n", "a -> a"),
    mix("a send to itself", "MIX013", "returns: {verb: {sends: {§verb: -6}}}\n", "'verb' feeds itself"),
    mix("side-chain of itself", "MIX013", "channels: {bass: {inserts: [compressor: {sidechain: §bass}]}}\n", "bass -> bass"),
    mix("side-chain in a circle", "MIX013",
        "channels: {bass: {to: low, inserts: [compressor: {sidechain: §low}]}}\nbuses: {low: {}}\n", "bass -> low -> bass"),
    mix("bus called as a track", "MIX014", "buses: {§bass: {}}\n", "already a track"),
    mix("return called as a bus", "MIX014", "buses: {a: {}}\nreturns: {§a: {}}\n", "already a bus"),
    mix("bus called mix", "MIX014", "buses: {§mix: {}}\n", "the main mix"),
    mix("automation of nothing", "MIX015", "channels: {bass: {automation: {§volum_db: '1: 0'}}}\n", "'volume_db'"),
    mix("automation of a send", "MIX015", "channels: {bass: {automation: {§send.verb: '1: 0'}}}\nreturns: {verb: {}}\n", "no send"),
    mix("automation of an insert", "MIX015",
        "channels: {bass: {inserts: [compressor], automation: {§compresor.attack_ms: '1: 5'}}}\n", "'compressor.attack_ms'"),
    mix("automation without parameter", "MIX015",
        "channels: {bass: {inserts: [compressor], automation: {§compressor: '1: 5'}}}\n", "compressor.PARAMETER"),
    mix("automation of no parameter", "MIX015",
        "channels: {bass: {inserts: [compressor], automation: {§compressor.ratio: '1: 5'}}}\n", "no parameter 'ratio'"),
    mix("automation of a fixed parameter", "MIX015",
        "channels: {bass: {inserts: [compressor], automation: {§compressor.lookahead_ms: '1: 5'}}}\n", "stays the same"),
    mix("automation of a switch", "MIX015",
        "channels: {bass: {inserts: [compressor], automation: {§compressor.soft: '1: 5'}}}\n", "no number"),
    mix("automation of a missing band", "MIX015",
        "inserts: [eq: {bands: [{}]}]\nautomation: {§eq.bands.1.gain_db: '1: 5'}\n", "no parameter 'bands.1.gain_db'"),
    mix("automation of two inserts", "MIX015", "inserts: [delay, delay]\nautomation: {§delay.time: '1: 5'}\n", "2 inserts"),
    mix("automation of the instrument", "MIX015", "channels: {bass: {automation: {§instrument.driv: '1: 0'}}}\n", "'drive'"),
    mix("pan of the mix", "MIX015", "automation: {§pan: '1: 0'}\n", "'pan'"),
    mix("name with a dot", "MIX014", "inserts: [eq: {name: §a.b}]\n", "'a.b'"),
    mix("mute", "MIX004", "channels: {bass: {mute: §yes}}\n", "expected true or false, not 'yes'", "write true"),
    mix("pan", "MIX005", "channels: {bass: {pan: §120R}}\n", "at most 1"),
    mix("gain is a mapping", "MIX006", "channels: {bass: {gain_db: §{a: 1}}}\n", "not a mapping"),
    mix("channels is text", "MIX004", "channels: §bass\n", "expected a mapping, not 'bass'"),
    # Music
    pattern("short bar", "COMP030", 'p: "c4:4 d e f | g a b §| c5:4 d e f"\n', "short"),
    pattern("unknown note", "COMP030", 'p: "c4:4 d §h f"\n', "h"),
    pattern("short bar in a block", "COMP030", "p:\n    notes: >\n      c4:4 d e f |\n      g a b §|\n      c5:4 d e f\n", "short"),
    pattern("unknown symbol in a grid", "COMP031", "p: {grid: 16, kick: 'x---x-§q-x---x---'}\n", "'q'"),
    pattern("variation of nothing", "COMP035", "p: {from: §rif}\n", "'rif'", "'riff'"),
    pattern("two kinds of pattern", "COMP037", "p: §{notes: c4, degrees: '1'}\n", "'degrees'"),
    pattern("variation of itself", "COMP036", "p: {from: §p}\n", "p"),
    stage("unknown section", "ARR043", "arrangement", "sections: {verse: {bars: 1}}\nform: [verse, §vers x2]\n", "'vers'", "'verse'"),
    stage("unknown pattern", "ARR035", "arrangement", "tracks: {b: beep}\nsections: {v: {bars: 1, parts: {b: §rif}}}\n", "'riff'"),
    stage("unknown track", "ARR044", "arrangement", "tracks: {b: beep}\nsections: {v: {bars: 1, parts: {§bb: riff}}}\n", "'b'"),
    also("tempo", "SONG040", "tempo: §fast\n", "bpm"),
    also("meter", "SONG041", "meter: 4/§5\n", "meter"),
    also("swing", "SONG039", "swing: §90%\n", "58% of 16"),
    stage("unknown take", "REC048", "recordings", "vox: {takes: {a: a.wav}, comp: [§b 1-2]}\n", "'b'"),
    mix("point of automation", "MIX021", "channels: {bass: {automation: {volume_db: '1: 0, §5'}}}\n", "position and a value"),
    Case("preset's key", "PRE001",
         {"song.yaml": BASE + "mix: {inserts: [eq/air]}\n", "presets/eq/air.yaml": "description: d\n§bnds: []\n"},
         ("'bands'",), "presets/eq/air.yaml"),
    Case("preset's syntax", "YAML003",
         {"song.yaml": BASE + "mix: {inserts: [eq/air]}\n", "presets/eq/air.yaml": "bands: §[\nx: y\n"},
         ("[ ]",), "presets/eq/air.yaml"),
    Case("preset is a list", "MAN006",
         {"song.yaml": BASE + "mix: {inserts: [eq/air]}\n", "presets/eq/air.yaml": "§[a]\n"},
         ("mapping",), "presets/eq/air.yaml"),
]  # fmt: skip


def split(case: Case) -> tuple[dict[str, bytes], int, int]:
    """The files without the mark, and the line and column of the mark."""
    files: dict[str, bytes] = {}
    line, column = 1, 1
    for name, content in case.files.items():
        data = content.encode() if isinstance(content, str) else content
        before, mark, after = data.partition("§".encode())
        if mark:
            assert name == case.file, "the mark is in another file than the problem"
            line = before.count(b"\n") + 1
            column = len(before.rpartition(b"\n")[2].decode()) + 1
        files[name] = before + after
    return {"a.wav": b"", **files}, line, column


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_malformed(case: Case, load_song) -> None:
    files, line, column = split(case)
    loaded: Loaded = load_song(files, trusted=case.trusted)
    assert [(p.code, p.span.file) for p in loaded.problems] == [(case.code, case.file)], report(loaded)
    (problem,) = loaded.problems
    if "§" in str(case.files) or case.name == "Latin-1":
        assert (problem.span.line, problem.span.column) == (line, column), str(problem)
    for word in case.words:
        assert word in str(problem)
    assert "nput should" not in problem.message
    assert problem.severity == case.severity
    assert (loaded.song is None) == (case.severity == "error")


def report(loaded: Loaded) -> str:
    return "\n".join(str(problem) for problem in loaded.problems)


def test_table_is_large_and_its_names_unique() -> None:
    assert len(CASES) >= 70
    assert len({case.name for case in CASES}) == len(CASES)


def test_base_is_a_song(load_song) -> None:
    loaded = load_song({"song.yaml": BASE, "a.wav": b""})
    assert loaded.song is not None, report(loaded)
    assert not loaded.problems


def test_all_problems_of_all_files_in_one_run(load_song) -> None:
    loaded = load_song(
        {
            "song.yaml": BASE.replace("form: [verse]", "form: [vers]")
            + "seed: x\nmix: mix.yaml\nmaster: master.yaml\n",
            "mix.yaml": "channels: {bass: {pan: 3, to: lows, inserts: [compresor, eq: {bnds: []}]}}\nbuses: {b: {to: b}}\n",
            "master.yaml": "loudness: [\n",
            "a.wav": "",
        }
    )
    found = [(problem.span.file, problem.code) for problem in loaded.problems]
    assert found == sorted(found, key=lambda item: item[0])
    assert {code for _, code in found} == {
        "YAML003", "MIX005", "MIX012", "MIX003", "MIX001", "MIX013", "SONG004", "ARR043",
    }, report(loaded)  # fmt: skip


def test_what_follows_from_a_fault_is_not_reported(load_song) -> None:
    text = BASE.replace("bars: 2, ", "").replace('riff: "', 'riff: {tones: "').replace('c5"', 'c5"}')
    loaded = load_song({"song.yaml": text + "mix: {channels: {bass: {inserts: [eqq], automation: {eqq.x: '1: 1'}}}}\n"})
    assert [problem.code for problem in loaded.problems if problem.code[:3] != "MAN"] == ["COMP001", "ARR002", "MIX003"]


@pytest.mark.parametrize("link", ["link.yaml", "sub/link.yaml"])
def test_symbolic_link_out_of_the_project(link: str, load_song, tmp_path: Path) -> None:
    (tmp_path / "mix.yaml").write_text("channels: {}\n")
    path = tmp_path / "song" / link
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(tmp_path / "mix.yaml")
    loaded = load_song({"song.yaml": f"title: T\nmix: {link}\n"})
    assert [(p.code, p.span.line, p.span.column) for p in loaded.problems] == [("MAN002", 2, 6)]


def test_manifest_is_a_link_out_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("title: T\n")
    (tmp_path / "song").mkdir()
    (tmp_path / "song" / "song.yaml").symlink_to(tmp_path / "other.yaml")
    assert [p.code for p in load(tmp_path / "song").problems] == ["MAN002"]


@pytest.mark.parametrize("name", [".", "song.yaml", "nothing/song.yaml", "a\0b", "x" * 5000, "loop/song.yaml"])
def test_no_song_at_this_path(name: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    loaded = load(tmp_path / name)
    assert loaded.song is None
    assert [p.code[:3] for p in loaded.problems] == ["MAN"]
    assert str(loaded.problems[0])


def test_links_in_a_circle(load_song, tmp_path: Path) -> None:
    (tmp_path / "song" / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "song" / "b.yaml").symlink_to("a.yaml")
    loaded = load_song({"song.yaml": "title: T\nmix: a.yaml\n"})
    assert [p.code for p in loaded.problems] == ["MAN001"]


def test_named_pipe_does_not_hang(load_song, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "song" / "mix.yaml")
    loaded = load_song({"song.yaml": "title: T\nmix: mix.yaml\n"})
    assert [p.code for p in loaded.problems] == ["MAN004"]


def test_no_song_here(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.song is None
    assert [p.code for p in loaded.problems] == ["MAN003"]
    assert "songbuild init" in str(loaded.problems[0])


def test_message_is_as_designed(load_song) -> None:
    loaded = load_song(
        {
            "song.yaml": BASE + "mix: mix.yaml\n",
            "a.wav": "",
            "mix.yaml": """\
channels:
  bass:
    inserts:
    - compresor: {threshold_db: -18}
""",
        }
    )
    problem: Problem = loaded.problems[0]
    assert str(problem) == (
        "mix.yaml:4:7: error[MIX003]: unknown effect 'compresor'\n"
        "    4 |     - compresor: {threshold_db: -18}\n"
        "      |       ^^^^^^^^^ did you mean 'compressor'?"
    )
