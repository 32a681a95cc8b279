"""What holds of every merge of manifests: nothing is lost, either side may come first, what nobody changed stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from songbuild.manifest.merge import merge
from songbuild.manifest.source import Source
from songbuild.manifest.yaml_reader import Node, read_yaml

ROOT = Path(__file__).parents[2]
FILES = tuple(f"example_song/{name}.yaml" for name in ("composition", "mix", "recordings", "master", "song"))
MOST = 25
QUICK = settings(max_examples=MOST, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@lru_cache
def text_of(name: str) -> str:
    """A file of the example; of a long one, a part that stands by itself."""
    text = (ROOT / name).read_text(encoding="utf-8")
    if name.endswith("composition.yaml"):
        return text[: text.index("  d_climb:")] + text[text.index("  b_verse:") : text.index("  b_climb:")]
    return text[: text.index("  strings:")] if name.endswith("mix.yaml") else text


def parsed(text: str) -> tuple[Any, Node]:
    data, node, problems = read_yaml(Source.of("f.yaml", text))
    assert node is not None, "\n".join(map(str, problems))
    assert not [problem for problem in problems if problem.severity == "error"], "\n".join(map(str, problems))
    return data, node


def is_sound(text: str) -> bool:
    _, node, problems = read_yaml(Source.of("f.yaml", text))
    return node is not None and not any(problem.severity == "error" for problem in problems)


def leaves(node: Node, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Node]]:
    """Every scalar with its path."""
    if isinstance(node.members, dict):
        return [leaf for key, (_, child) in node.members.items() for leaf in leaves(child, (*path, key))]
    if node.members is not None:
        return [leaf for index, child in enumerate(node.members) for leaf in leaves(child, (*path, index))]
    return [(path, node)]


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        data = data[part]
    return data


def number(draw: st.DrawFn) -> str:
    """A number that no file holds."""
    return str(draw(st.integers(10_000, 99_999)))


def new_value(draw: st.DrawFn, text: str) -> str:
    node = draw(st.sampled_from([leaf for _, leaf in leaves(parsed(text)[1])]))
    return text[: node.start] + number(draw) + text[node.end :]


def new_bar(draw: st.DrawFn, text: str) -> str:
    """Another velocity in a bar of a note string."""
    found = list(re.finditer(r"[a-g]#?\d:\d", text))
    if not found:
        return new_value(draw, text)
    match = draw(st.sampled_from(found))
    return text[: match.end()] + f"!{draw(st.integers(1, 127))}" + text[match.end() :]


def new_member(draw: st.DrawFn, text: str) -> str:
    node = draw(st.sampled_from(mappings(parsed(text)[1])))
    members = node.members
    assert isinstance(members, dict)
    first, _ = next(iter(members.values()))
    member = f"added_{number(draw)}: {number(draw)}"
    if node.style == "flow":
        return f"{text[: first.start]}{member}, {text[first.start :]}"
    line = text.rfind("\n", 0, first.start) + 1
    return f"{text[: first.start]}{member}\n{' ' * (first.start - line)}{text[first.start :]}"


def less(draw: st.DrawFn, text: str) -> str:
    """A line gone that is a value by itself."""
    lines = text.splitlines(keepends=True)
    alone = [i for i, line in enumerate(lines) if re.fullmatch(r"\s+\w+: (\{[^{}]*\}|[\w.#-]+)\s*(#.*)?\n", line)]
    if not alone:
        return text
    gone = draw(st.sampled_from(alone))
    left = "".join(lines[:gone] + lines[gone + 1 :])
    _, node, _ = read_yaml(Source.of("f.yaml", left))
    return left if node is not None and not [path for path, leaf in leaves(node) if leaf.start == leaf.end] else text


def new_name(draw: st.DrawFn, text: str) -> str:
    nodes = mappings(parsed(text)[1])
    key, _ = draw(st.sampled_from([pair for node in nodes for pair in dict(node.members or {}).values()]))
    return f"{text[: key.start]}renamed_{number(draw)}{text[key.end :]}"


def remark(draw: st.DrawFn, text: str) -> str:
    """A comment above a line that starts a member."""
    starts = [match.start() for match in re.finditer(r"(?m)^ *(- )?[\w.#]+: ?", text)]
    inside = [(leaf.start, leaf.end) for _, leaf in leaves(parsed(text)[1]) if leaf.style]
    starts = [start for start in starts if not any(first < start < last for first, last in inside)]
    start = draw(st.sampled_from(starts))
    indent = len(text[start:]) - len(text[start:].lstrip(" "))
    return f"{text[:start]}{' ' * indent}# remark {number(draw)}\n{text[start:]}"


def mappings(node: Node) -> list[Node]:
    """Every mapping that isn't empty."""
    inner = node.members.values() if isinstance(node.members, dict) else [(None, item) for item in node.members or ()]
    found = [mapping for _, child in inner for mapping in mappings(child)]
    return [node, *found] if isinstance(node.members, dict) and node.members else found


EDITS: tuple[Callable[[st.DrawFn, str], str], ...] = (new_value, new_value, new_bar, new_member, less, new_name, remark)


@st.composite
def histories(draw: st.DrawFn, edits: tuple[Callable[[st.DrawFn, str], str], ...] = EDITS) -> tuple[str, str, str]:
    """A file and two edited versions of it."""
    base = text_of(draw(st.sampled_from(FILES)))
    sides = []
    for _ in range(2):
        text = base
        for _ in range(draw(st.integers(1, 3))):
            text = draw(st.sampled_from(edits))(draw, text)
            assume(is_sound(text))
        sides.append(text)
    return base, sides[0], sides[1]


def decided(text: str, side: str) -> str:
    """A merge with each conflict decided for one side."""
    first, second = ("\\1", "\\2")
    pattern = r"(?ms)^<{7} ours\n(.*?)^={7}\n(.*?)^>{7} theirs\n"
    return re.sub(pattern, first if side == "ours" else second, text)


def musical(data: Any) -> Any:
    """Data with spaces in strings that don't matter taken out."""
    if isinstance(data, dict):
        return {key: musical(value) for key, value in data.items()}
    if isinstance(data, list):
        return [musical(value) for value in data]
    return " ".join(data.split()) if isinstance(data, str) else data


@QUICK
@given(histories())
def test_what_one_side_did_alone_is_the_merge(history: tuple[str, str, str]) -> None:
    base, ours, theirs = history
    assert merge(base, base, theirs).text == theirs
    assert merge(base, ours, base).text == ours
    assert merge(base, ours, ours).text == ours


@QUICK
@given(histories())
def test_it_doesn_t_matter_whose_side_comes_first(history: tuple[str, str, str]) -> None:
    base, ours, theirs = history
    one, two = merge(base, ours, theirs), merge(base, theirs, ours)
    assert sorted(c.place for c in one.conflicts) == sorted(c.place for c in two.conflicts)
    for side, other in (("ours", "theirs"), ("theirs", "ours")):
        left, right = (parsed(decided(text, who))[0] for text, who in ((one.text, side), (two.text, other)))
        assert musical(left) == musical(right)


@QUICK
@given(histories())
def test_no_edit_is_lost(history: tuple[str, str, str]) -> None:
    base, ours, theirs = history
    merged = merge(base, ours, theirs)
    for edited in (ours, theirs):
        for token in re.findall(r"\d{5}", edited):
            assert token in base or token in merged.text, f"{token} is lost in\n{merged.text}"
    marks = merged.text.count("<<<<<<< ours\n")
    assert bool(marks) == bool(merged.conflicts)
    assert marks <= len(merged.conflicts)


@QUICK
@given(histories((new_value,)))
def test_edits_of_different_values_are_both_there(history: tuple[str, str, str]) -> None:
    base, ours, theirs = history
    merged = merge(base, ours, theirs)
    before, left, right = (parsed(text)[0] for text in history)
    paths = [path for path, _ in leaves(parsed(base)[1]) if not {"formats", "performer"} & set(path)]  # sets
    both = [path for path in paths if at(before, path) not in (at(left, path), at(right, path))]
    both = [path for path in both if at(left, path) != at(right, path)]
    assert len(both) >= len(merged.conflicts)
    if not merged.conflicts:
        found = parsed(merged.text)[0]
        for path in paths:
            wanted = at(right, path) if at(left, path) == at(before, path) else at(left, path)
            assert at(found, path) == wanted
    else:
        assert both


@QUICK
@given(histories((remark, new_value)))
def test_comments_survive(history: tuple[str, str, str]) -> None:
    base, ours, theirs = history
    merged = merge(base, ours, theirs).text
    for text in history:
        for comment in re.findall(r"#\s.*", text):
            if (comment in ours and comment in theirs) or comment not in base:
                assert comment in merged
