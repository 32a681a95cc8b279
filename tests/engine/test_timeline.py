"""Streams on timelines of their own: same keys and same bytes as in a graph of that timeline alone."""

from __future__ import annotations

from dataclasses import replace

from songbuild.engine import Graph, Timeline, build

GRID = (0, 100, 200, 300)


def test_a_stream_on_its_own_timeline_is_that_of_its_own_graph(toys, store) -> None:
    alone = toys.file("f", toys.notes("n", [[10, 50, 0.5], [150, 80, 0.25]]))
    first = build(Graph({"f": alone}, 1000, GRID), store, threads=1)
    line = Timeline(1000, GRID)
    moved = replace(alone.inputs[0], name="song: n", timeline=line)
    file = replace(alone, name="song: f", inputs=(moved,), timeline=line)
    again = build(Graph({"f": file}, 44_100, (0, 7)), store, threads=1)
    assert {record.status for record in again.records} == {"reused"}
    assert again.outputs["f"].digest == first.outputs["f"].digest


def test_timelines_of_two_rates_and_lengths_are_built_side_by_side(toys, store) -> None:
    lines = [Timeline(1000, GRID), Timeline(500, (0, 40, 90), 300)]
    nodes = [replace(toys.notes(f"n{place}", [[10, 50, 0.5]]), timeline=line) for place, line in enumerate(lines)]
    files = {f"f{place}": toys.file(f"f{place}", node) for place, node in enumerate(nodes)}
    built = build(Graph(files, 1, (0,)), store, threads=2)
    assert built.ok
    assert [built.streams[f"n{place}"].frames for place in (0, 1)] == [300, 90]
    assert [len(built.streams[f"n{place}"].tiles) for place in (0, 1)] == [3, 2]


def test_what_is_heard_earlier_is_made_earlier(toys, store) -> None:
    early = replace(toys.notes("early", [[10, 250, 0.5]]), timeline=Timeline(1000, GRID, 0))
    late = replace(toys.notes("late", [[20, 260, 0.25]]), timeline=Timeline(1000, GRID, 300))
    order: list[str] = []

    def listen(event: dict[str, object]) -> None:
        if event["event"] == "tile":
            order.append(str(event["name"]))

    graph = Graph({"b": toys.file("b", late), "a": toys.file("a", early)}, 1000, GRID)
    build(graph, store, threads=1, on_event=listen)
    assert order == ["early"] * 3 + ["late"] * 3
