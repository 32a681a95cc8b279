"""The graph in DOT, the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from songbuild.app.graph_view.parts import MEANINGS, PAINTS, Paint, caption, edges, stages, stale, tooltip

if TYPE_CHECKING:
    from songbuild.api import Line


def dot(lines: Sequence[Line]) -> str:
    """The graph as DOT: a cluster a stage, and a legend."""
    return "\n".join(["digraph song {", *(f"  {line}" for line in _body(lines)), "}", ""])


def _body(lines: Sequence[Line]) -> Iterator[str]:
    names = {line.node: f"n{number}" for number, line in enumerate(lines)}
    yield "rankdir=LR; ranksep=0.9; nodesep=0.15; fontname=Helvetica;"
    yield 'node [shape=box, style="filled,rounded", fontname=Helvetica, fontsize=11];'
    yield 'edge [color="#b8c2bb", arrowsize=0.6];'
    for number, stage in enumerate(stages(lines)):
        yield f"subgraph cluster_{number} {{"
        yield f"  label={_text(stage)}; color=none; fontsize=14;"
        for line in lines:
            if line.stage == stage:
                label, tip = f"{line.node}\n{caption(line)}", "\n".join(tooltip(line))
                looks = _looks(PAINTS[line.status])
                yield f"  {names[line.node]} [label={_text(label)}, tooltip={_text(tip)}, {looks}];"
        yield "}"
    for source, target in edges(lines):
        colour = f' [color="{PAINTS["run"].stroke}"]' if stale(source, target) else ""
        yield f"{names[source.node]} -> {names[target.node]}{colour};"
    yield "subgraph cluster_legend {"
    yield '  label="legend"; color="#b8c2bb"; fontsize=11;'
    for number, (status, paint) in enumerate(PAINTS.items()):
        yield f"  legend{number} [label={_text(f'{status}: {MEANINGS[status]}')}, {_looks(paint)}];"
    yield "}"


def _looks(paint: Paint) -> str:
    style = ', style="filled,rounded,dashed"' if paint.dashed else ""
    return f'fillcolor="{paint.fill}", color="{paint.stroke}"{style}'


def _text(text: str) -> str:
    """A quoted string; what a backslash or an ampersand could begin is taken literally."""
    plain = "".join(c if c == "\n" or c.isprintable() else "�" for c in text)
    return '"' + plain.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
