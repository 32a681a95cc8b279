"""Cue sheet, TOC, DDP and audio of one disc say the same, sector for sector, whatever the layout; cdrdao agrees."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cd_discs import disc, pieces, programme
from cd_readers import Image, read_cue, read_fileset, read_toc
from songbuild.formats.cd import PAUSE, SECTOR, Disc, DiscTrack, check, read_ddp, write_cue, write_ddp, write_toc
from songbuild.formats.wav import write_wav

CDRDAO = pytest.mark.skipif(not shutil.which("cdrdao") and not os.environ.get("CI"), reason="cdrdao isn't installed")
TEXTS = ("title", "performer", "songwriter", "composer", "arranger", "message")
LATIN = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA1, 0x100)]))
text = st.just("") | st.text(LATIN, max_size=40)
isrcs = st.just("") | st.from_regex(r"[A-Z]{2}-[A-Z0-9]{3}-[0-9]{2}-[0-9]{5}", fullmatch=True)


@st.composite
def discs(draw):
    at, tracks = draw(st.sampled_from([0, 0, 1, 97])), []
    for number in range(draw(st.integers(1, 4))):
        pregap = draw(st.sampled_from([0, 0, 1, 75, 150])) if number else at
        if number:
            last = tracks[-1]
            tracks[-1] = replace(last, length=last.length + pregap)
            at += pregap
        length = draw(st.integers(300, 330))
        said = {name: draw(text) for name in TEXTS}
        flags = {"copy": draw(st.booleans()), "pre_emphasis": draw(st.booleans()), "isrc": draw(isrcs)}
        tracks.append(DiscTrack(at, length, pregap, **said, **flags))
        at += length
    said = {name: draw(text) for name in TEXTS}
    codes = {"upc": draw(st.sampled_from(["", "4006381333931", "036000291452"]))}
    for name in ("catalog", "genre"):
        codes[name] = draw(st.sampled_from(["", "ABC 123", "Rock", "A long name of thirty-seven characters"]))
    return Disc(tuple(tracks), **said, **codes)


def expected(disc: Disc) -> Image:
    """What every format should say of a disc."""
    points = [(0 if at == 0 else t.start - t.pregap, t.start) for at, t in enumerate(disc.tracks)]
    owners = (disc, *disc.tracks)
    texts = {name: [getattr(each, name) for each in owners] for name in TEXTS}
    return Image(
        points,
        disc.tracks[-1].start + disc.tracks[-1].length,
        disc.upc.rjust(13, "0") if disc.upc else "",
        disc.catalog,
        disc.genre,
        [t.isrc.replace("-", "") for t in disc.tracks],
        [(t.copy, t.pre_emphasis) for t in disc.tracks],
        {name: each for name, each in texts.items() if any(each)},
    )


@settings(max_examples=20, deadline=None)
@given(discs(), st.integers(0, SECTOR - 1))
def test_all_formats_and_the_audio_agree(tmp_path_factory, disc, missing):
    assert check(disc) == []
    folder = tmp_path_factory.mktemp("disc")
    wanted = expected(disc)
    x = programme(wanted.end, wanted.end * SECTOR - missing)
    write_cue(folder / "disc.cue", disc, "disc.wav")
    write_toc(folder / "disc.toc", disc, "disc.wav")
    write_ddp(folder / "ddp", disc, pieces(x))

    cue = read_cue((folder / "disc.cue").read_bytes(), wanted.end)
    quoted = {name: [each.replace('"', "'") for each in row] for name, row in wanted.texts.items()}
    assert cue == replace(wanted, texts=quoted)
    assert read_toc((folder / "disc.toc").read_text("ascii")) == wanted
    assert read_fileset(folder / "ddp") == wanted

    image = np.fromfile(folder / "ddp" / "IMAGE.DAT", "<i2").reshape(-1, 2).T
    assert not image[:, : PAUSE * SECTOR].any()
    assert not image[:, PAUSE * SECTOR + x.shape[1] :].any()
    assert image.shape[1] == (PAUSE + wanted.end) * SECTOR
    np.testing.assert_array_equal(image[:, PAUSE * SECTOR : PAUSE * SECTOR + x.shape[1]], x)
    for _, start in wanted.points:
        assert image[:, (PAUSE + start) * SECTOR].tolist() == [start, 0]

    held = read_ddp(folder / "ddp")
    plain = [replace(track, isrc=track.isrc.replace("-", "")) for track in disc.tracks]
    assert held.disc == replace(disc, tracks=tuple(plain), upc=wanted.upc)
    np.testing.assert_array_equal(np.concatenate(list(held.blocks()), axis=1)[:, : x.shape[1]], x)
    shutil.rmtree(folder)


def cdrdao(*words, folder):
    made = subprocess.run(["cdrdao", *words], cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    assert "ERROR" not in made.stderr and "WARNING" not in made.stderr, made.stderr
    assert made.returncode == 0, made.stderr
    return made.stdout + made.stderr


def shown(text):
    """(index 0, index 1, end) of the tracks that `cdrdao show-toc` names."""
    found = []
    for block in re.split(r"(?m)^TRACK +\d+", text)[1:]:
        start, end = (int(re.search(rf"{word} +[\d:]+\( *(\d+)\)", block)[1]) for word in ("START", "END"))
        before = re.search(r"PREGAP +[\d:]+\( *(\d+)\)", block)
        found.append((start - (int(before[1]) if before else 0), start, end))
    return found


@pytest.fixture
def rich():
    """A disc with everything, its letters outside ASCII too."""
    tracks = (
        DiscTrack(
            40, 460, 40, title="Café “au” lait", performer="Zoë", composer="Jörg", isrc="QZABC2600001", copy=True
        ),
        DiscTrack(500, 450, 75, title='Back\\101 "slash" // {1}', performer="Zoë", isrc="QZABC2600002"),
        DiscTrack(950, 301, title="Ænd", performer="Zoë & Øystein", pre_emphasis=True),
    )
    return Disc(tracks, title="Naïve", performer="Zoë", genre="Indie rock", upc="036000291452", catalog="CAT-001")


@CDRDAO
def test_cdrdao_takes_the_toc_and_reads_all_audio(tmp_path, rich):
    x = programme(rich.length)
    write_wav(tmp_path / "disc.wav", [x.astype(np.int32)], 44100, 2, 16)
    write_toc(tmp_path / "disc.toc", rich, "disc.wav")
    assert "3 tracks, length 00:16:51, 1251 blocks" in cdrdao("toc-info", "disc.toc", folder=tmp_path)
    assert "Read 1251 blocks." in cdrdao("read-test", "-v", "2", "disc.toc", folder=tmp_path)
    text = cdrdao("show-toc", "disc.toc", folder=tmp_path)
    assert shown(text) == [(0, 40, 425), (425, 500, 950), (950, 950, 1251)]
    assert "CATALOG NUMBER: 0036000291452" in text
    assert text.count("COPY PERMITTED") == 1
    assert len(re.findall(r"(?m)^ +PRE-EMPHASIS", text)) == 1
    assert "ISRC QZ ABC 26 00002" in text


@CDRDAO
def test_cdrdao_reads_the_same_positions_from_the_cue_sheet(tmp_path, rich):
    write_cue(tmp_path / "disc.cue", rich, "disc.wav")
    write_wav(tmp_path / "disc.wav", [np.zeros((2, rich.length * SECTOR), np.int32)], 44100, 2, 16)
    assert shown(cdrdao("show-toc", "disc.cue", folder=tmp_path)) == [(0, 40, 425), (425, 500, 950), (950, 950, 1251)]


@CDRDAO
def test_cdrdao_lets_pass_what_our_rules_catch(tmp_path):
    """Its acceptance isn't enough: a wrong check digit and a hundred tracks go through."""
    wrong = disc(*[300] * 100, upc="4006381333930")
    write_wav(tmp_path / "disc.wav", [np.zeros((2, wrong.length * SECTOR), np.int32)], 44100, 2, 16)
    write_toc(tmp_path / "disc.toc", wrong, "disc.wav")
    assert "100 tracks" in cdrdao("toc-info", "disc.toc", folder=tmp_path)
    assert {fault.code for fault in check(wrong)} == {"CD001", "CD007"}
