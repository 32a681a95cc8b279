"""The delivery reports of songs and albums, built."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from songbuild import api
from support import SMALL, render

SONG = (
    SMALL.replace(
        "title: Small\n", "title: 'Small <script>alert(1)</script>'\nartist: Ann & Bo\nisrc: QZ-ABC-26-00042\n"
    )
    .replace("form: [a x2]", "form: [a, a]")
    .replace("ceiling: -1}", "ceiling: 0, versions: {quiet: {loudness: -20, formats: [mp3]}}}")
    .replace("formats: [wav24]", "formats: [wav24, report], files: [{format: opus, kbps: 32}]")
    .replace("buses: {low:", "buses: {idle: {}, low:")
)
FILE = "small-script-alert-1-script"
ALBUM = """\
title: Two
artist: Ann & Bo
songs:
  - {song: one, crossfade: 1 s}
  - two
loudness: {album: -16}
delivery: {formats: [flac], cd: [cue], report: true}
"""
LINE = """\
title: One
tempo: 240
tail: 1
composition: {patterns: {line: "a1:4 c2 e2 g2 | d2:4 d2 a1 c2"}}
arrangement:
  tracks: {low: bass}
  sections: {a: {bars: 2, parts: {low: line}}}
  form: [a x2]
master: {loudness: null}
delivery: {formats: [report]}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, api.Rendered]:
    """A song with a report, and what its render said."""
    folder = tmp_path_factory.mktemp("reported")
    (folder / "song.yaml").write_text(SONG, encoding="utf-8")
    return folder, render(folder, cache=str(folder / "cache"))


@pytest.fixture(scope="module")
def page(built: tuple[Path, api.Rendered]) -> str:
    """Its page."""
    return (built[0] / "out" / "report.html").read_text(encoding="utf-8")


def rows(page: str) -> dict[str, list[str]]:
    """The rows of all tables: head -> text of the cells."""
    found = ElementTree.fromstring(page).iter("{http://www.w3.org/1999/xhtml}tr")
    texts = [["".join(cell.itertext()) for cell in row] for row in found]
    return {row[0]: row[1:] for row in texts if len(row) > 1}


def plain(text: str) -> float:
    """The number that a cell begins with."""
    match = re.match(r"[−+]?\d+(\.\d+)?", text)
    assert match
    return float(match[0].replace("−", "-"))


def test_the_figures_are_those_that_the_render_tells(built: tuple[Path, api.Rendered], page: str) -> None:
    facts, cells = built[1].facts, rows(page)
    both = [facts["master"], facts["versions"]["quiet"]]
    for row, name, digits in (
        ("Integrated loudness", "integrated_lufs", 1),
        ("Short-term, highest", "short_term_max_lufs", 1),
        ("Momentary, highest", "momentary_max_lufs", 1),
        ("Loudness range, LRA", "lra_lu", 1),
        ("True peak", "true_peak_dbtp", 2),
        ("Sample peak", "sample_peak_dbfs", 2),
        ("True peak to loudness, PLR", "plr_lu", 1),
        ("True peak to short-term, PSR, least", "psr_lu", 1),
        ("Correlation, least", "correlation_min", 2),
    ):
        assert [plain(cell) for cell in cells[row]] == [round(each[name], digits) + 0.0 for each in both]
    assert [cell[-4:] for cell in cells["Integrated loudness"]] == ["pass", "pass"]
    assert cells[f"{FILE}-24bit.wav"][:3] == ["WAV, 44.1 kHz, 24 bit", "2.4 MB", "0:09.000 396 900"]
    opus = facts["delivered"][f"{FILE}-32kbps.opus"]
    assert plain(cells[f"{FILE}-32kbps.opus"][4]) == round(opus["true_peak_dbtp"], 2)
    assert cells["ISRC"] == ["QZABC2600042"]


def test_every_file_but_itself_is_on_it_with_its_checksum_and_it_has_one(
    built: tuple[Path, api.Rendered], page: str
) -> None:
    out = built[0] / "out"
    sums = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    made = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert sums.keys() == made
    assert sums["report.html"] == hashlib.sha256(page.encode()).hexdigest()
    assert re.findall(r'class="sum">(\w+)<', page) == [sums[name] for name in rows(page) if name in made]
    assert made - set(rows(page)) == {"report.html"}


def test_its_warnings_are_those_of_the_render(built: tuple[Path, api.Rendered], page: str) -> None:
    told = [(problem.code, problem.message) for problem in built[1].problems]
    assert {code for code, _ in told} >= {"CHK001", "CHK013"}
    items = ElementTree.fromstring(page).iter("{http://www.w3.org/1999/xhtml}li")
    shown = [(str(item[0].text), str(item[0].tail)) for item in items]
    assert sorted(shown) == sorted(told)
    assert f"▲ {len(told)} warning" in page
    assert built[1].facts["files"]["report.html"]["warnings"] == len(told)


def test_the_curve_of_short_term_loudness_is_the_one_that_measure_prints(
    built: tuple[Path, api.Rendered], page: str
) -> None:
    measured, _ = api.measure(built[0] / "out" / f"{FILE}-24bit.wav")
    assert measured is not None
    values = measured.curve("short-term")["values"]
    (path, *_) = re.findall(r'class="short" d="M([^"]+)"', page)
    start, _, moves = path.partition("l")
    steps = [float(number) for number in re.findall(r"-?[\d.]+", moves)]
    places = np.cumsum(
        [[float(number) for number in start.split()], *zip(steps[::2], steps[1::2], strict=True)], axis=0
    )
    seconds = places[:, 0] * 0.01  # 9 s are 900 columns of one hop, a reading in the middle of each
    assert seconds == pytest.approx(3.0 - 0.005 + np.arange(len(values)) * 0.01)
    top = next(
        round(top) for top in range(9, -30, -3) if top - 1 >= max(measured.curve("momentary")["values"]) > top - 4
    )
    assert top - places[:, 1] * 0.36 == pytest.approx(np.array(values), abs=0.03)


def test_the_sections_are_named_at_their_places(page: str) -> None:
    spans = re.findall(r'<span title="a, bars (\S+), (\S+)" style="left:(\S+?)%;width:(\S+?)%"', page)
    assert spans[:2] == [("1–2", "0:00", "0.000", "44.444"), ("3–4", "0:04", "44.444", "44.444")]


def test_two_builds_give_the_same_bytes_and_nothing_is_done_twice(
    built: tuple[Path, api.Rendered], page: str, tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    commented = "# a comment moves every line\n\n" + SONG
    (other / "song.yaml").write_text(commented, encoding="utf-8")
    render(other, cache=str(tmp_path / "cache"), threads=1)
    assert (other / "out" / "report.html").read_text(encoding="utf-8") == page
    (built[0] / "song.yaml").write_text(commented, encoding="utf-8")
    again = render(built[0], cache=str(built[0] / "cache"))
    assert again.work.startswith("nothing ran")


def test_a_new_credit_makes_the_page_and_no_curve_anew(built: tuple[Path, api.Rendered]) -> None:
    folder = built[0]
    (folder / "song.yaml").write_text(SONG + "credits: {composer: Ann}\n", encoding="utf-8")
    again = render(folder, cache=str(folder / "cache"))
    ran = {node["node"] for node in again.facts["nodes"] if node["tiles_run"]}
    assert "report.html" in ran
    assert not any(name.startswith("curves") for name in ran)
    assert rows((folder / "out" / "report.html").read_text(encoding="utf-8"))["Composer"] == ["Ann"]
    (folder / "song.yaml").write_text(SONG, encoding="utf-8")


def test_a_part_of_a_song_has_no_report(built: tuple[Path, api.Rendered]) -> None:
    for selection in (api.Selection(bars=(1, 1)), api.Selection(only=("bass",))):
        done = render(built[0], selection=selection, cache=str(built[0] / "cache"), out=built[0] / "part")
        assert "report.html" not in done.facts["files"]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, api.Rendered]:
    """An album with a report."""
    folder = tmp_path_factory.mktemp("album")
    for name, text in (("one", LINE), ("two", LINE.replace("One", "Two & More").replace("240", "180"))):
        (folder / name).mkdir()
        (folder / name / "song.yaml").write_text(text, encoding="utf-8")
    (folder / "album.yaml").write_text(ALBUM, encoding="utf-8")
    done = api.render_album(folder, cache=str(folder / "cache"))
    assert not [str(problem) for problem in done.problems if problem.severity == "error"]
    return folder, done


def test_the_page_of_an_album_says_what_its_render_tells(album: tuple[Path, api.Rendered]) -> None:
    folder, done = album
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    found = list(ElementTree.fromstring(page).iter("{http://www.w3.org/1999/xhtml}tr"))
    texts = [["".join(cell.itertext()) for cell in row] for row in found]
    sequence, consistency, octaves, disc = (
        [row[1:] for row in texts if row[0].startswith("2. Two & More")][place] for place in range(4)
    )
    track = done.facts["tracks"][1]
    assert sequence[2] == "crossfade 1.0 s"
    assert plain(sequence[3]) == round(track["step_lu"], 1)
    assert [plain(cell) for cell in consistency[:4]] == [
        round(track["integrated_lufs"], 1),
        round(track["short_term_max_lufs"], 1),
        round(track["lra_lu"], 1) + 0.0,
        round(track["true_peak_dbtp"], 2),
    ]
    assert [plain(cell) for cell in octaves] == [
        round(track["octave_offsets_db"][octave], 1) + 0.0 for octave in sorted(track["octave_offsets_db"], key=float)
    ]
    cue = (folder / "out" / "cd" / "two.cue").read_text(encoding="latin-1")
    assert disc[1] == re.findall(r"INDEX 01 (\S+)", cue)[1]
    assert [row[0] for row in texts if len(row) == 7 and row[0].startswith("flac/")] == [
        name for name in done.facts["files"] if name.startswith("flac/")
    ]
    assert sorted(re.findall(r"<code>(\w+)</code>", page)) == sorted(problem.code for problem in done.problems)


def test_an_album_has_a_report_only_where_it_is_asked_for(album: tuple[Path, api.Rendered]) -> None:
    folder, _ = album
    (folder / "album.yaml").write_text(ALBUM.replace(", report: true", ""), encoding="utf-8")
    done = api.render_album(folder, cache=str(folder / "cache"))
    assert "report.html" not in done.facts["files"]
    assert not (folder / "out" / "report.html").exists()
