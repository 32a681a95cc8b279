"""Cue sheet, cdrdao TOC, CD-TEXT and DDP, read strictly and without songbuild's own code.

Each reader returns an `Image`: where tracks begin, in sectors of the programme, and what is said of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PAUSE = 150


@dataclass
class Image:
    """(index 0, index 1) of each track and the end, in sectors of the programme; texts by field, the disc's first."""

    points: list[tuple[int, int]] = field(default_factory=list)
    end: int = 0
    upc: str = ""
    catalog: str = ""
    genre: str = ""
    isrc: list[str] = field(default_factory=list)
    flags: list[tuple[bool, bool]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)


def sectors(clock):
    minutes, seconds, rest = (int(part) for part in clock.split(":"))
    assert seconds < 60 and rest < 75, clock
    return (minutes * 60 + seconds) * 75 + rest


CUE = (
    (r"REM (GENRE|CATALOGNUMBER|COMPOSER|ARRANGER|MESSAGE) \"([^\"]*)\"", "text"),
    (r"(TITLE|PERFORMER|SONGWRITER) \"([^\"]*)\"", "text"),
    (r"(CATALOG) (\d{13})", "code"),
    (r"(ISRC) ([A-Z]{2}[A-Z0-9]{3}\d{7})", "code"),
    (r"(FLAGS)( DCP)?( PRE)?", "flags"),
    (r"(FILE) \"([^\"]+)\" WAVE", "file"),
    (r"(TRACK) (\d\d) AUDIO", "track"),
    (r"(INDEX) (0[01]) (\d\d+:\d\d:\d\d)", "index"),
)


def read_cue(data: bytes, end: int) -> Image:
    """A cue sheet with one file; `end` is the length of that file.  Indents are those of its level."""
    found, tracks = Image(end=end), 0
    for line in data.decode("latin-1").removesuffix("\r\n").split("\r\n"):
        text = line.lstrip(" ")
        kind, match = next((kind, m) for pattern, kind in CUE if (m := re.fullmatch(pattern, text)))
        assert len(line) - len(text) == (2 if kind == "track" else 4 if tracks else 0), line
        name = match[1].lower()
        if kind == "track":
            tracks += 1
            assert int(match[2]) == tracks
            found.points.append((-1, -1))
            found.isrc.append("")
            found.flags.append((False, False))
        elif kind == "index":
            before, start = found.points[-1]
            assert start < 0, "an index after index 1"
            at = sectors(match[3])
            found.points[-1] = (at, -1) if match[2] == "00" else (at if before < 0 else before, at)
        elif kind == "flags":
            found.flags[-1] = (bool(match[2]), bool(match[3]))
        elif name == "isrc":
            found.isrc[-1] = match[2]
        elif name in ("catalog", "catalognumber", "genre"):
            setattr(found, {"catalog": "upc", "catalognumber": "catalog"}.get(name, name), match[2])
        elif kind == "text":
            row = found.texts.setdefault(name, [])
            row += [""] * (tracks - len(row)) + [match[2]]
    for row in found.texts.values():
        row += [""] * (tracks + 1 - len(row))
    return found


def read_toc(text: str) -> Image:
    """A TOC of cdrdao whose tracks are parts of one file."""
    tokens = re.findall(r'"(?:\\[0-7]{3}|[^"\\\n\t])*"|\d+(?::\d+)*|[A-Z_]+\d?|[{}:,]', re.sub(r"(?m)^//.*$", "", text))
    assert re.sub(r"\s|//.*", "", text) == re.sub(r"\s", "", "".join(tokens)), "something between the tokens"
    found, at, tracks = Image(), 0, 0
    blocks: list[dict[str, str]] = [{}]
    take = iter(tokens)
    for token in take:
        if token == "TRACK":
            assert next(take) == "AUDIO"
            tracks += 1
            blocks.append({})
            found.isrc.append("")
            found.flags.append((False, False))
            copy = emphasis = False
        elif token == "CATALOG":
            found.upc = unescape(next(take))
        elif token == "ISRC":
            found.isrc[-1] = unescape(next(take))
        elif token == "CD_TEXT":
            blocks[-1] = text_block(take)
        elif token == "NO":
            assert next(take) in ("COPY", "PRE_EMPHASIS")
        elif token in ("COPY", "PRE_EMPHASIS"):
            copy, emphasis = copy or token == "COPY", emphasis or token == "PRE_EMPHASIS"
            found.flags[-1] = (copy, emphasis)
        elif token == "FILE":
            next(take)
            assert sectors(next(take)) == at, "a hole in the file"
            length = sectors(next(take))
            found.points.append((at, at))
            at += length
        elif token == "START":
            start = found.points[-1][0]
            found.points[-1] = (start, start + sectors(next(take)))
        else:
            assert token in ("CD_DA", "TWO_CHANNEL_AUDIO"), token
    found.end = at
    found.catalog = blocks[0].pop("disc_id", "")
    found.genre = blocks[0].pop("genre", "")
    assert len({frozenset(block) for block in blocks}) == 1, "a text that not all tracks have"
    found.texts = {name: [block[name] for block in blocks] for name in blocks[0]}
    return found


def text_block(take):
    """The texts of a CD_TEXT block, by their names in small letters."""
    found, level, last = {}, 0, ""
    for token in take:
        if token == "{" and last == "GENRE":
            numbers = "".join(iter(lambda: next(take), "}")).split(",")
            found["genre"] = bytes(map(int, numbers[2:])).rstrip(b"\0").decode("ascii")
        elif token == "{" and last not in ("CD_TEXT", "LANGUAGE_MAP", "0", ""):
            assert [next(take), next(take)] == ["0", "}"]
            found[last.lower()] = ""
        elif token in "{}":
            level += 1 if token == "{" else -1
            if level == 0:
                return found
        elif token.startswith('"'):
            found[last.lower()] = unescape(token)
        last = token
    raise AssertionError("a block without end")


def unescape(token):
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), token[1:-1])


def crc(data):
    """CRC-16 of CD-TEXT by division, bit by bit: divisor 0x11021, the remainder inverted."""
    rest = 0
    for bit in "".join(f"{byte:08b}" for byte in data) + "0" * 16:
        rest = (rest << 1) | int(bit)
        if rest & 0x10000:
            rest ^= 0x11021
    return (rest ^ 0xFFFF).to_bytes(2, "big")


NAMES = ("title", "performer", "songwriter", "composer", "arranger", "message")


def read_packs(data: bytes) -> tuple[dict[str, list[str]], str, str]:
    """The texts, the catalogue number and the genre of packs; every byte of a pack is held against the rules."""
    assert len(data) % 18 == 0
    packs = [data[at : at + 18] for at in range(0, len(data), 18)]
    assert [pack[2] for pack in packs] == list(range(len(packs)))
    assert all(crc(pack[:16]) == pack[16:] for pack in packs)
    assert [pack[0] for pack in packs] == sorted(pack[0] for pack in packs)
    sizes = b"".join(pack[4:16] for pack in packs if pack[0] == 0x8F)
    tracks = sizes[2]
    assert (sizes[0], sizes[1], sizes[3]) == (0, 1, 0)
    assert list(sizes[4:20]) == [sum(pack[0] == kind for pack in packs) for kind in range(0x80, 0x90)]
    assert sizes[20] == len(packs) - 1 and sizes[28] == 9 and not any(sizes[21:28]) and not any(sizes[29:])
    texts, catalog, genre = {}, "", ""
    for kind in sorted({pack[0] for pack in packs} - {0x8F}):
        mine = [pack for pack in packs if pack[0] == kind]
        payload = b"".join(pack[4:16] for pack in mine)
        if kind == 0x87:
            genre = payload[2:].split(b"\0")[0].decode("ascii")
            continue
        parts = payload.split(b"\0")
        count = 1 if kind == 0x86 else tracks + 1
        assert not any(parts[count:]) and len(payload) - len(b"\0".join(parts[:count])) <= 12
        place = 0
        for pack in mine:  # whose text its first byte is, and where in it
            before = payload[:place]
            assert pack[1] == before.count(b"\0")
            assert pack[3] == min(15, len(before.rpartition(b"\0")[2]))
            place += 12
        if kind == 0x86:
            catalog = parts[0].decode("ascii")
        else:
            texts[NAMES[kind - 0x80]] = [part.decode("latin-1") for part in parts[:count]]
    return texts, catalog, genre


def read_fileset(folder) -> Image:
    """A DDP 2.00 fileset by its columns: (start, end) of each, everything else blank."""
    identity = (folder / "DDPID").read_bytes().decode("ascii")
    assert len(identity) == 128
    assert identity[:8] == "DDP 2.00"
    assert identity[87:89] == "CD"
    blank(identity, (0, 8), (8, 21), (38, 86), (87, 89))
    streams = {}
    table = (folder / "DDPMS").read_bytes().decode("ascii")
    for at in range(0, len(table), 128):
        record = table[at : at + 128]
        assert record[:4] == "VVVM"
        assert record[71:74] == "017"
        blank(record, (0, 6), (14, 22), (22, 30), (30, 38), (38, 42), (46, 50), (55, 57), (71, 74), (74, 91))
        kind = record[30:38].strip() or record[38:40]
        streams[kind] = (record[74:91].strip(), int(record[14:22]), record)
    name, sectors_held, record = streams.pop("DA")
    assert (record[4:6], record[22:30], record[40:42], record[55:57]) == ("D0", "00000000", "70", "  ")
    assert (folder / name).stat().st_size == sectors_held * 2352
    first = int(record[46:50])
    assert set(streams) <= {"PQ DESCR", "CDTEXT"}
    for other, length, line in streams.values():
        assert line[4:6] == "S0" and line[38:50].isspace() and line[22:30].isspace()
        assert (folder / other).stat().st_size == length
    found = read_cue_points((folder / streams["PQ DESCR"][0]).read_bytes().decode("ascii"))
    assert found.end == sectors_held - PAUSE
    assert found.points[0] == (0, first - PAUSE)
    assert identity[8:21].strip() == found.upc
    found.catalog = identity[38:86].strip()
    if "CDTEXT" in streams:
        assert streams["CDTEXT"][2][55:57] == "00"
        found.texts, catalog, found.genre = read_packs((folder / streams["CDTEXT"][0]).read_bytes())
        assert catalog == found.catalog
    return found


def read_cue_points(data: str) -> Image:
    """A PQ descriptor: lead-in, the tracks' indexes, twice the lead-out."""
    records = [data[at : at + 64] for at in range(0, len(data), 64)]
    rows = []
    for record in records:
        assert record[:4] == "VVVS" and len(record) == 64
        blank(record, (0, 8), (10, 18), (20, 32), (32, 45))
        at = sectors(f"{record[10:12]}:{record[12:14]}:{record[14:16]}")
        rows.append((record[4:6], int(record[6:8]), at, record[16:18], record[20:32].strip(), record[32:45].strip()))
    assert rows[0][:5] == ("00", 0, 0, "01", "")
    assert rows[-1] == rows[-2] and rows[-1][:2] == ("AA", 1) and rows[-1][3:] == ("01", "", "")
    found = Image(upc=rows[0][5], end=rows[-1][2] - PAUSE)
    for track, index, at, control, isrc, upc in rows[1:-2]:
        assert upc == ""
        number = len(found.points) + 1
        if index == 0 or int(track) == number:
            assert int(track) == number, "tracks out of order"
            assert control in ("01", "11", "21", "31")
            found.points.append((max(0, at - PAUSE), at - PAUSE))
            found.isrc.append(isrc)
            found.flags.append((bool(int(control[0]) & 2), bool(int(control[0]) & 1)))
            if number == 1:
                assert (index, at) == (0, 0), "the first track has no index 0 at 00:00:00"
        else:
            assert (int(track), index, isrc) == (number - 1, 1, "")
            found.points[-1] = (found.points[-1][0], at - PAUSE)
    return found


def blank(record, *used):
    """Everything outside the columns `used` is blank."""
    rest = list(record)
    for start, end in used:
        rest[start:end] = " " * (end - start)
    assert "".join(rest).isspace(), record
