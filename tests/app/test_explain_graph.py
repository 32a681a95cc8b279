"""`songbuild explain --graph`, and which bars of a node would run."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from shell import TINY, edit, songbuild
from songbuild import api
from songbuild.api import Line
from songbuild.app.graph_view import FORMATS
from songbuild.app.graph_view.layout import BOX, LANE, arrange
from songbuild.engine import Stretch
from songbuild.stages.bars import Bars, where

WriteSong = Callable[..., Path]
SVG = "{http://www.w3.org/2000/svg}"
SECTIONS = TINY.replace('c2"', 'c2"\n    other: "a1:4 c2 e2 g2 | e2:4 e2 a1 c2"')
SECTIONS = SECTIONS.replace("form: [a x2]", "form: [a x2, b, a x2]").replace("tempo: 240", "tempo: 120")
SECTIONS = SECTIONS.replace("  sections: {", "  sections: {b: {bars: 2, parts: {low: other}}, ")
"""Ten bars in five sections of a tile each, and a tail; only the third, bars 5 and 6, plays `other`."""


def line(node: str, stage: str, status: str, *inputs: str, text: str = "") -> Line:
    return Line(node, stage, status, [], [], [*inputs], [], text)


LINES = [
    line("track a", "arrangement", "run", text="1 of 5 tiles: bars 5-6"),
    line("track b", "arrangement", "reused"),
    line("channel a", "mix", "may run", "track a"),
    line("channel b", "mix", "reused", "track b"),
    line("mix", "mix", "may run", "channel a", "channel b"),
    line("master", "master", "may run", "mix"),
    line("song.wav", "delivery", "may run", "master"),
]


@pytest.fixture
def edited(write_song: WriteSong) -> Path:
    """A song that was rendered, and then had a note of its third section changed."""
    song = write_song({"song.yaml": SECTIONS})
    assert songbuild("render", song).code == 0
    edit(song, "e2:4 e2", "e2:4 f2")
    return song


def test_only_the_bars_of_the_changed_note_run(edited: Path) -> None:
    lines = songbuild("explain", edited).out.splitlines()
    assert lines[:3] == [
        "run       track low",
        "            notes: 1 changed, bar 6 (song.yaml:7:12)",
        "            1 of 5 tiles: bars 5-6",
    ]
    at = lines.index("may run   channel low  if track low changes")
    until = "1 to 3 of 5 tiles: bars 5-6, then to bar 10 or until the states meet again"
    assert lines[at + 1] == f"            {until}"
    (result,) = [e for e in songbuild("render", edited, "--json").events if e["event"] == "result"]
    ran = {node["node"]: node["tiles_run"] for node in result["nodes"]}
    assert (ran["track low"], ran["channel low"]) == (1, 1)


def test_a_node_that_is_asked_for_is_told_range_by_range(edited: Path) -> None:
    lines = songbuild("explain", edited, "track low").out.splitlines()
    assert lines[2:6] == [
        "            1 of 5 tiles: bars 5-6",
        "              bars 1-4     reused",
        "              bars 5-6     run       parameters",
        "              bars 7-10    reused",
    ]
    (decision, _) = songbuild("explain", edited, "track low", "--json").events
    assert [(r["first_bar"], r["last_bar"], r["status"]) for r in decision["ranges"]] == [
        (1, 4, "reused"),
        (5, 6, "run"),
        (7, 10, "reused"),
    ]


def test_where_in_words() -> None:
    bars = Bars((0, 10, 20, 30, 40, 50), 1, 1)

    def tile(start: int, stop: int, fate: str, *causes: str) -> Stretch:
        return Stretch(start, stop, (stop - start) // 10, fate, causes)  # type: ignore[arg-type]

    assert where([], bars) == ""
    assert where([tile(0, 60, "run", "parameters")], bars) == "", "all of it: nothing to add"
    assert where([tile(0, 20, "reused"), tile(20, 30, "run"), tile(30, 60, "reused")], bars) == "1 of 6 tiles: bar 3"
    trail = tile(30, 60, "may run", "state")
    assert where([tile(0, 20, "reused"), tile(20, 30, "run"), trail], bars) == (
        "1 to 4 of 6 tiles: bar 3, then to bar 6 or until the states meet again"
    )
    assert where([tile(0, 30, "reused"), trail], bars) == (
        "0 to 3 of 6 tiles: from bar 4 to bar 6 or until the states meet again"
    )


def boxes(picture: str) -> dict[str, tuple[float, float, float, float, str]]:
    """Name -> (left, top, right, bottom, fill) of every box of an SVG graph."""
    found = {}
    for group in ElementTree.fromstring(picture).iter(f"{SVG}g"):
        title, box, name, _ = group
        assert (title.text or "").startswith(f"{name.text}: ")
        x, y, width, height = (float(box.attrib[key]) for key in ("x", "y", "width", "height"))
        found[str(name.text)] = (x, y, x + width, y + height, box.attrib["fill"])
    return found


def test_an_svg_has_a_box_for_each_node_coloured_by_what_happens_to_it() -> None:
    picture = FORMATS["svg"](LINES)
    found = boxes(picture)
    assert list(found) != [] and set(found) == {one.node for one in LINES}
    colours = {status: {found[one.node][4] for one in LINES if one.status == status} for status in ("run", "reused")}
    assert all(len(one) == 1 for one in colours.values()) and colours["run"] != colours["reused"]
    assert "7 nodes: 2 reused, 1 run, 4 may run" in picture
    assert "run, 1 of 5 tiles" in picture
    for source, target in (("track a", "channel a"), ("channel a", "mix"), ("mix", "master"), ("master", "song.wav")):
        assert found[source][2] < found[target][0], "from left to right"
    assert len(re.findall(r'<path class="x"', picture)) == 4
    assert len(re.findall(r'<path class="e"', picture)) == 2


def many(tracks: int) -> list[Line]:
    lines = []
    for n in range(tracks):
        lines.append(line(f"track {n}", "arrangement", "reused"))
        lines.append(line(f"channel {n}", "mix", "reused", f"track {n}", *([f"channel {n - 1}"] if n % 5 == 4 else [])))
    lines.append(line("mix", "mix", "reused", *(f"channel {n}" for n in range(tracks))))
    lines += [line(f"stems/{n}.wav", "delivery", "reused", f"channel {n}") for n in range(tracks)]
    return lines


def test_no_box_lies_on_another_and_none_outside_the_picture() -> None:
    picture = FORMATS["svg"](many(27))
    places = [*boxes(picture).values()]
    assert len(places) == 82
    root = ElementTree.fromstring(picture).attrib
    for number, (left, top, right, bottom, _) in enumerate(places):
        assert left >= 0 and top >= 0 and right <= float(root["width"]) and bottom <= float(root["height"])
        for a, b, c, d, _ in places[:number]:
            assert right <= a or c <= left or bottom <= b or d <= top


def test_a_layout_keeps_distances_and_uncrosses_what_can_be() -> None:
    names = {f"{side}{n}": layer for layer, side in enumerate("ab") for n in range(6)}
    layout = arrange(names, [(f"a{n}", f"b{5 - n}") for n in range(6)])
    for layer in layout.layers:
        gaps = [b.y - a.y for a, b in pairwise(layer)]
        assert all(gap >= BOX - 1e-9 for gap in gaps)
    ends = {way[0].name: (way[0].y, way[-1].y) for way in layout.ways}
    assert all(abs(a - b) < 1e-6 for a, b in ends.values()), "straight, for there is room"
    long = arrange({"a": 0, "b": 1, "c": 2}, [("a", "b"), ("b", "c"), ("a", "c")])
    assert [len(way) for way in long.ways] == [2, 2, 3]
    assert abs(long.ways[2][1].y - long.ways[0][1].y) >= (BOX + LANE) / 2 - 1e-9, "round the box, not through it"
    assert arrange({}, []).height == 0


NASTY = 'a"b<i>&amp;#35; {x} | [y] \x01\\'


@pytest.mark.parametrize("kind", FORMATS)
def test_any_name_can_be_drawn_and_twice_gives_the_same(kind: str) -> None:
    lines = [line(NASTY, "mix", "run"), line("end", 'a "stage"', "may run", NASTY)]
    text = FORMATS[kind](lines)
    assert text == FORMATS[kind](lines) and text.endswith("\n")
    assert "\x01" not in text and "<i>" not in text.replace("<i>&amp;", "" if kind == "dot" else "<i>")
    if kind == "svg":
        assert len(list(ElementTree.fromstring(text).iter(f"{SVG}g"))) == 2


def test_dot_and_mermaid_name_every_node_and_edge_once() -> None:
    dot, mermaid = FORMATS["dot"](LINES), FORMATS["mermaid"](LINES)
    assert (dot.count(" -> "), mermaid.count(" --> ")) == (6, 6)
    for one in LINES:
        assert dot.count(f'[label="{one.node}\\n') == mermaid.count(f'["{one.node}<br>') == 1
    assert [*re.findall(r"label=\"(\w+)\"; color=none", dot)] == ["arrangement", "mix", "master", "delivery"]
    assert [*re.findall(r"subgraph s\d\[\"(\w+)\"\]", mermaid)] == ["arrangement", "mix", "master", "delivery"]
    assert mermaid.splitlines()[0] == "flowchart LR"
    assert '1["track b<br>reused"]:::reused' in mermaid
    assert dot.count("{") == dot.count("}")


def test_the_command_draws_to_standard_output_or_a_file(tiny: Path, tmp_path: Path) -> None:
    picture = songbuild("explain", tiny, "--graph", "svg")
    assert picture.code == 0
    assert set(boxes(picture.out)) == {one.node for one in api.explain(tiny).decisions}
    ran = songbuild("explain", tiny, "--graph", "svg", "--output", tmp_path / "graph.svg")
    assert (ran.code, ran.out) == (0, "")
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8") == picture.out


def test_a_node_is_drawn_with_what_leads_to_it_and_what_follows(write_song: WriteSong) -> None:
    text = TINY.replace("tracks: {low: bass}", "tracks: {low: bass, top: pluck}").replace(
        "{low: line}", "{low: line, top: line}"
    )
    song = write_song({"song.yaml": text})
    found = set(boxes(songbuild("explain", song, "channel low", "--graph", "svg").out))
    assert found == {
        "track low",
        "channel low",
        "mix",
        "master",
        "measure master",
        "tiny-24bit.wav",
        "SHA256SUMS",
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output", "x.svg"], "--output goes with --graph"),
        (["--graph", "svg", "--json"], "--graph doesn't go with --json"),
        (["--graph", "png"], "'png' is not one of"),
        (["--graph", "svg", "--output", "nowhere/x.svg"], "nowhere/x.svg"),
    ],
)
def test_wrong_usage_of_the_graph(tiny: Path, arguments: list[str], words: str) -> None:
    ran = songbuild("explain", tiny, *arguments, cwd=tiny)
    assert ran.code in (1, 2)
    assert words in ran.err and "Traceback" not in ran.err


def test_a_song_with_errors_has_no_graph(tiny: Path) -> None:
    edit(tiny, "low: bass}", "low: basss}")
    ran = songbuild("explain", tiny, "--graph", "svg")
    assert (ran.code, ran.out, "did you mean 'bass'" in ran.err) == (1, "", True)
