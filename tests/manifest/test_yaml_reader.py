"""YAML as songs need it: 1.2 scalars, exact places, limits."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.manifest import yaml_reader
from songbuild.manifest.scalars import positions, resolve
from songbuild.manifest.source import Source, decode, read_source
from songbuild.manifest.yaml_reader import Node, read_yaml

PLAIN = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "nULL": "nULL",
    "true": True, "True": True, "FALSE": False, "yes": "yes", "no": "no", "on": "on", "off": "off", "y": "y",
    "0": 0, "12": 12, "-3": -3, "+3": 3, "012": 12, "1_000": "1_000", "1:30": "1:30", "4/4": "4/4", "0b1": "0b1",
    "1.5": 1.5, ".5": 0.5, "1.": 1.0, "1e3": 1000.0, "-1.5E-2": -0.015, "1e": "1e", ".": ".", "-": "-", "--": "--",
    ".inf": math.inf, "-.Inf": -math.inf, "inf": "inf", "-inf": "-inf", "nan": "nan", "2026-03-31": "2026-03-31",
    "-3dB": "-3dB", "x---": "x---", "----x---": "----x---", "1e3x": "1e3x", "=": "=",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), PLAIN.items())
def test_plain_scalars_are_read_the_way_of_yaml_1_2(text: str, value: object) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def read(text: str) -> tuple[object, Node]:
    data, node, problems = read_yaml(Source.of("f.yaml", text))
    assert node is not None
    assert not [p for p in problems if p.severity == "error"], "\n".join(map(str, problems))
    return data, node


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff", "---\n...\n"])
def test_nothing_in_a_file(text: str) -> None:
    source, _ = decode(text.encode(), "f.yaml")
    assert source is not None
    assert read_yaml(source)[0] is None


def test_byte_order_mark_and_line_ends() -> None:
    source, _ = decode(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - c\r\n", "f.yaml")
    assert source is not None
    data, node, _ = read_yaml(source)
    assert data == {"a": 1, "b": ["c"]}
    assert isinstance(node, Node)
    assert isinstance(node.members, dict)
    items = node.members["b"][1].members
    assert isinstance(items, list)
    span = source.span(items[0].start, items[0].end)
    assert (span.line, span.column, source.line(3)) == (3, 5, "  - c")


def test_a_pipe_is_no_file_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f.yaml")
    source, problems = read_source(tmp_path / "f.yaml", "f.yaml")
    assert source is None
    assert [problem.code for problem in problems] == ["MAN004"]


def test_place_of_a_bad_byte_counts_characters() -> None:
    _, problems = decode("a: 1\nbü: ".encode() + b"\xff\n", "f.yaml")
    assert str(problems[0].span) == "f.yaml:2:5"
    assert problems[0].source == "bü: \ufffd"


def test_aliases_are_copies() -> None:
    data, node = read("a: &x {b: [1]}\nc: *x\n")
    assert data == {"a": {"b": [1]}, "c": {"b": [1]}}
    assert isinstance(data, dict)
    data["a"]["b"].append(2)
    assert data["c"] == {"b": [1]}
    assert isinstance(node.members, dict)
    assert node.members["a"][1] is not node.members["c"][1]
    assert node.members["c"][1].start == node.members["a"][1].start


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "[{a: " * 50_000])
def test_deep_nesting_ends_at_once(text: str) -> None:
    before = time.monotonic()
    _, node, problems = read_yaml(Source.of("f.yaml", text))
    assert node is None
    assert [p.code for p in problems] == ["YAML007"]
    assert time.monotonic() - before < 2


def test_a_hundred_levels_are_fine() -> None:
    read("[" * 100 + "]" * 100)


TEXT = st.text(st.sampled_from("ab c'\"\\:#-|>&*!%@`{}[],?é🎵\n\t."), max_size=40)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT.filter(lambda k: k != "<<"), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(DATA, st.sampled_from([None, "'", '"', "|", ">"]), st.booleans())
def test_reads_back_what_pyyaml_writes(data: object, style: str | None, flow: bool) -> None:
    text = yaml.safe_dump({"d": data}, default_style=style, default_flow_style=flow, allow_unicode=True, width=30)
    if style is None:
        assert read(text)[0] == {"d": data}
    else:
        # With a style forced on it, PyYAML tags what is no text.
        read_yaml(Source.of("f.yaml", text))


@settings(max_examples=300, deadline=None)
@given(TEXT, st.sampled_from(["'", '"', "|", ">"]), st.integers(0, 3))
def test_every_character_of_a_value_has_its_place(value: str, style: str, depth: int) -> None:
    data: object = {"k": value}
    for _ in range(depth):
        data = {"d": data}
    text = yaml.safe_dump(data, default_style=style, allow_unicode=True, width=20)
    _, node = read(text)
    for _ in range(depth):
        assert isinstance(node.members, dict)
        node = node.members["d"][1]
    assert isinstance(node.members, dict)
    scalar = node.members["k"][1]
    assert scalar.text == value
    at = positions(scalar.written, scalar.style, value)
    assert len(at) == len(value) + 1
    assert at == sorted(at)
    for index, char in enumerate(value):
        if char not in " \n\t" and (scalar.style != '"' or scalar.written[at[index]] != "\\"):
            assert scalar.written[at[index]] == char, (scalar.written, index)


@pytest.mark.parametrize(
    ("text", "offset", "line", "column"),
    [
        ("k: abc def", 4, 1, 8),
        ("k: abc\n  def", 4, 2, 3),
        ("k: abc\n\n  def", 4, 3, 3),
        ("k: abc\n\n\n  def", 5, 4, 3),
        ("k: 'it''s x'", 3, 1, 9),
        ("k: 'it''s x'", 5, 1, 11),
        (r'k: "a\tb\u00e9c"', 4, 1, 15),
        ('k: "a b\\\n   c"', 3, 2, 4),
        ("k: |\n   ab\n   cd\n", 3, 3, 4),
        ("k: |\n\n   ab\n   cd\n", 1, 3, 4),
        ("k: |2\n     ab\n", 3, 2, 6),
        ("k: >\n  ab\n  cd\n\n  ef\n", 3, 3, 3),
        ("k: >\n  ab\n  cd\n\n  ef\n", 6, 5, 3),
        ("k: >-  # folded\n  ab\n    cd\n  ef\n", 5, 3, 5),
    ],
)
def test_places_inside_of_text(text: str, offset: int, line: int, column: int) -> None:
    from songbuild.manifest.places import Places

    _, node = read(text)
    span = Places(node).span(("k",), offset)
    assert (span.line, span.column) == (line, column)


def test_pure_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x [1, 'b', \"c\\n\", {d: e}]\nf: |\n  g\n  h\ni: *x\n"
    fast = read(text)
    monkeypatch.setattr(yaml_reader, "Loader", yaml.SafeLoader)
    pure = read(text)
    assert pure[0] == fast[0]
    assert isinstance(pure[1].members, dict)
    assert isinstance(fast[1].members, dict)
    assert [node.start for _, node in pure[1].members.values()] == [node.start for _, node in fast[1].members.values()]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.text(st.sampled_from("a: -[]{}|>'\"&*!%?#,\n\t~<x"), max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    source, problems = decode(data, "f.yaml")
    if source is None:
        assert problems
        return
    _, node, problems = read_yaml(source)
    assert node is not None or problems
    for problem in problems:
        assert 1 <= problem.span.line <= len(source.starts)
        assert str(problem)
