"""Random edits of example_song's files, as somebody at work would make them: each by a seed, each a change of text.

An edit may be refused (a note out of range, a region past the take's end): then the files are put back and another is
drawn, so that what is rendered is always a song without errors.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

FILES = ("song.yaml", "composition.yaml", "arrangement.py", "recordings.yaml", "mix.yaml", "master.yaml")
Text = dict[str, str]
"""The song's text files."""
Edit = Callable[[Text, random.Random], str]
"""Changes the text in place and says what it did; raises Refused where there is nothing to change."""
CHORDS = ("Gmaj9", "Bm7", "Em9", "Dadd9", "A7sus4", "Dmaj7/C#", "F#m7", "D/F#", "Dm9", "Gm9")
WORDS = ("road", "moon", "sea", "home", "light", "town", "flame", "snow", "phone", "sign", "house", "rain")
DYNAMICS = ("!p", "!mp", "!mf", "!f", "!ff")


class Refused(Exception):  # noqa: N818 - another edit is drawn
    """This edit isn't possible here."""


def _swap(file: str, pattern: str, change: Callable[[re.Match[str], random.Random], str]) -> Edit:
    """Change one match of a pattern in a file, any of them."""

    def edit(text: Text, luck: random.Random) -> str:
        found = [*re.finditer(pattern, text[file])]
        if not found:
            raise Refused
        match = luck.choice(found)
        new = change(match, luck)
        line = text[file].count("\n", 0, match.start()) + 1
        text[file] = text[file][: match.start()] + new + text[file][match.end() :]
        return f"{file}:{line}: {match[0]!r} -> {new!r}"

    return edit


def _number(low: float, high: float, whole: bool = False) -> Callable[[re.Match[str], random.Random], str]:
    """Another number by `low` to `high` more than the last group; what is around it stays."""

    def change(match: re.Match[str], luck: random.Random) -> str:
        number = float(match[match.lastindex or 0]) + luck.uniform(low, high)
        start = match.start(match.lastindex or 0) - match.start()
        length = len(match[match.lastindex or 0])
        shown = f"{number:.0f}" if whole else f"{number:.2f}"
        return match[0][:start] + shown + match[0][start + length :]

    return change


def _other(choices: tuple[str, ...]) -> Callable[[re.Match[str], random.Random], str]:
    def change(match: re.Match[str], luck: random.Random) -> str:
        return luck.choice([choice for choice in choices if choice != match[0]])

    return change


def _any_of(choices: tuple[str, ...], around: str = r"(?<![\w/#]){}(?![\w/#:])") -> str:
    return around.format("(?:" + "|".join(map(re.escape, choices)) + ")")


def _toggle(word: str) -> Edit:
    """Mute or solo a channel; or no longer."""

    def edit(text: Text, luck: random.Random) -> str:
        there = f"    {word}: true\n"
        if there in text["mix.yaml"] and luck.random() < 0.7:
            text["mix.yaml"] = text["mix.yaml"].replace(there, "", 1)
            return f"no {word}"
        names = re.findall(r"(?m)^  ([a-z]+):\n(?!    (?:mute|solo))", text["mix.yaml"])
        name = luck.choice(names)
        text["mix.yaml"] = re.sub(rf"(?m)^(  {name}:\n)", rf"\g<1>{there}", text["mix.yaml"], count=1)
        return f"{word} {name}"

    return edit


def _insert(text: Text, luck: random.Random) -> str:
    """Put a device at the head of a chain, or take one away that was put there before."""
    added = re.search(r"gain: \{gain_db: [-\d.]+, name: extra\}, ", text["mix.yaml"])
    if added and luck.random() < 0.5:
        text["mix.yaml"] = text["mix.yaml"].replace(added[0], "", 1)
        return "an insert less"
    device = f"gain: {{gain_db: {luck.uniform(-4, 1):.1f}, name: extra}}, "
    return _swap("mix.yaml", r"inserts: \[(?=[a-z])(?!gain)", lambda match, _: match[0] + device)(text, luck)


def _form(text: Text, luck: random.Random) -> str:
    """Swap two sections, play one again, or leave out one that is played again."""
    head, tail = text["arrangement.py"].split("FORM: list[Any] = [\n", 1)
    body, rest = tail.split("\n]\n", 1)
    lines = body.split("\n")
    plain = [place for place, line in enumerate(lines) if re.fullmatch(r'    "\w+",', line)]
    place, kind = luck.choice(plain), luck.choice(("swap", "again", "leave out"))
    if kind == "swap" and place + 1 in plain:
        lines[place : place + 2] = lines[place + 1], lines[place]
    elif kind == "again":
        lines.insert(place, lines[place])
    elif kind == "leave out" and lines.count(lines[place]) > 1:
        del lines[place]
    else:
        raise Refused
    text["arrangement.py"] = head + "FORM: list[Any] = [\n" + "\n".join(lines) + "\n]\n" + rest
    return f"form: {kind} {place}"


def _rename(text: Text, luck: random.Random) -> str:
    """Give a pattern another name, wherever it is named."""
    names = [
        n for n in re.findall(r"(?m)^  ([a-z]+_\w+):", text["composition.yaml"]) if f" {n} " in text["arrangement.py"]
    ]
    old = luck.choice(names)
    new = f"{old}_{luck.randrange(1000)}"
    for file in ("composition.yaml", "arrangement.py"):
        text[file] = re.sub(rf"(?<![\w-]){old}(?!\w)", new, text[file])
    return f"{old} is {new} now"


def _reformat(text: Text, luck: random.Random) -> str:
    """A comment, or an empty line, where it means nothing."""
    file = luck.choice(FILES)
    lines = text[file].split("\n")
    free = [place for place, line in enumerate(lines) if re.match(r"[a-zA-Z]", line)]
    lines.insert(luck.choice(free[1:] or free), luck.choice(("", "# a thought")))
    if file == "arrangement.py":
        lines = [*text[file].split("\n"), "# a thought"]
    text[file] = "\n".join(lines)
    return f"{file} is laid out differently"


HIT = r'(?<=[-xo ])[-xo](?=[-xo]{0,3}(?: [-xo]{4})*(?: \| |"))'
LANE = r"(?<=\d: )(-?\d+(?:\.\d+)?)(?=(?: hold| smooth)?[,\"])"
EDITS: dict[str, Edit] = {
    "a note": _swap(
        "composition.yaml", r"(?<=[ \"])[a-g](?=#?\d[:. ])", lambda m, luck: luck.choice("abcdefg".replace(m[0], ""))
    ),
    "a velocity": _swap("composition.yaml", r"velocity: (\d+)", _number(-8, 8, whole=True)),
    "dynamics": _swap("composition.yaml", r"!(?:p|mp|mf|f|ff)\b", _other(DYNAMICS)),
    "a hit": _swap("composition.yaml", HIT, _other(("-", "x", "o"))),
    "a chord": _swap("composition.yaml", _any_of(CHORDS), _other(CHORDS)),
    "a word": _swap("composition.yaml", _any_of(WORDS), _other(WORDS)),
    "the form": _form,
    "tempo": _swap("song.yaml", r"bpm: ([\d.]+)", _number(-20, 20)),
    "humanize": _swap("song.yaml", r"(?:velocity|seed): (\d+)", _number(1, 9, whole=True)),
    "swing": _swap("song.yaml", r"swing: (\d+)%", lambda m, luck: f"swing: {luck.randrange(50, 66)}%"),
    "title": _swap("song.yaml", r"title: .*", lambda m, luck: f"title: Song {luck.randrange(1000)}"),
    "a take": _swap("recordings.yaml", r"(?<=take)\d(?= \d)", _other(("1", "2", "3"))),
    "a nudge": _swap("recordings.yaml", r"nudge: (-?\d+)ms", _number(-6, 6, whole=True)),
    "a fade": _swap("recordings.yaml", r"fade_(?:in|out): (\d+)ms", _number(5, 200, whole=True)),
    "a crossfade": _swap("recordings.yaml", r"crossfade: \{(\d+)ms", _number(1, 9, whole=True)),
    "a clip's gain": _swap("recordings.yaml", r"gain_db: (-?[\d.]+)", _number(-2, 2)),
    "an instrument": _swap(
        "arrangement.py", r'"(?:tone_hz|release_ms|snare_decay_ms|cutoff_hz)": (\d+)', _number(5, 90, True)
    ),
    "how hard": _swap("arrangement.py", r'"scale_velocity": (0\.\d+)', _number(-0.1, 0.1)),
    "a layer": _swap(
        "arrangement.py", r"(?<= )(?:harp|arp|ooh|aah|pad_held|k_verse|k_chorus) ", lambda m, _: ". ".ljust(len(m[0]))
    ),
    "a fader": _swap("mix.yaml", r"gain_db: (-?[\d.]+)", _number(-2, 2)),
    "pan": _swap("mix.yaml", r"pan: (\d+)(?=[LR])", _number(-9, 9, whole=True)),
    "automation": _swap("mix.yaml", LANE, _number(-2, 2)),
    "a send": _swap("mix.yaml", r"(?:hall|echo): (-\d+)(?=[,}])", _number(-4, 4)),
    "a threshold": _swap("mix.yaml", r"threshold_db: (-\d+)", _number(-4, 4)),
    "an insert": _insert,
    "mute": _toggle("mute"),
    "solo": _toggle("solo"),
    "an equaliser of the master": _swap("master.yaml", r"gain_db: (-?[\d.]+)", _number(-1, 1)),
    "a frequency of the master": _swap("master.yaml", r"freq_hz: (\d{2,})(?=,)", _number(1, 30, whole=True)),
    "loudness": _swap("master.yaml", r"loudness: (-\d+(?:\.\d+)?)", _number(-1, 1)),
    "the ceiling": _swap("master.yaml", r"ceiling: (-\d+(?:\.\d+)?)", _number(-0.5, 0.3)),
    "a name": _rename,
    "layout": _reformat,
}
QUIET = ("layout",)
"""Edits after which nothing may run."""


def read(song: Path) -> Text:
    """The song's text files."""
    return {file: (song / file).read_text(encoding="utf-8") for file in FILES}


def write(song: Path, text: Text) -> None:
    """Write what has changed, and only that."""
    for file, now in text.items():
        place = song / file
        if place.read_text(encoding="utf-8") != now:
            place.write_text(now, encoding="utf-8")


def draw(song: Path, past: list[Text], luck: random.Random, accepts: Callable[[], bool]) -> tuple[str, str]:
    """Make one edit, or go back to a state in `past`, so that the song is still without errors: (kind, what)."""
    before = read(song)
    while True:
        kind = luck.choice([*EDITS, "back"])
        text = dict(before)
        try:
            what = EDITS[kind](text, luck) if kind != "back" else "back to an earlier version"
        except Refused:
            continue
        if kind == "back":
            text = dict(luck.choice(past))
        write(song, text)
        if text != before and accepts():
            return kind, what
        write(song, before)
