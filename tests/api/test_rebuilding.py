"""The order in which a song is built again."""

from __future__ import annotations

from songbuild.api.locks.rebuilding import Backwards
from songbuild.engine import Graph, Node, Recipe

TOY = Recipe("toy", 1, "value", lambda *_: 1)


def test_backwards_is_the_same_graph_inputs_first_in_another_order() -> None:
    a, b = Node("a", "mix", TOY, {}), Node("b", "mix", TOY, {})
    both = Node("both", "mix", TOY, {}, (a, b))
    late = Node("late", "mix", TOY, {}, (both,))
    there, back = (kind({"x": both}, 1, (0, 1), (late,)).nodes() for kind in (Graph, Backwards))
    assert [node.name for node in there] == ["a", "b", "both", "late"]
    assert [node.name for node in back] == ["b", "a", "both", "late"]
