"""The graph as a Mermaid flow chart, which Git hosts draw in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from songbuild.app.graph_view.parts import MEANINGS, PAINTS, caption, edges, stages, stale

if TYPE_CHECKING:
    from songbuild.api import Line

_CLASSES = {status: status.replace(" ", "_") for status in PAINTS}


def mermaid(lines: Sequence[Line]) -> str:
    """The graph as a Mermaid flow chart: a box around each stage, and a legend."""
    return "\n".join(["flowchart LR", *(f"  {line}" for line in _body(lines)), ""])


def _body(lines: Sequence[Line]) -> Iterator[str]:
    names = {line.node: f"n{number}" for number, line in enumerate(lines)}
    for number, stage in enumerate(stages(lines)):
        yield f"subgraph s{number}[{_text(stage)}]"
        for line in lines:
            if line.stage == stage:
                yield f"  {names[line.node]}[{_text(line.node, caption(line))}]:::{_CLASSES[line.status]}"
        yield "end"
    pairs = edges(lines)
    for source, target in pairs:
        yield f"{names[source.node]} --> {names[target.node]}"
    yield "subgraph legend"
    for number, status in enumerate(PAINTS):
        yield f"  k{number}[{_text(status, MEANINGS[status])}]:::{_CLASSES[status]}"
    yield "end"
    for status, paint in PAINTS.items():
        dashes = ",stroke-dasharray:4 3" if paint.dashed else ""
        yield f"classDef {_CLASSES[status]} fill:{paint.fill},stroke:{paint.stroke},color:#1d2a22{dashes}"
    changed = [str(place) for place, pair in enumerate(pairs) if stale(*pair)]
    if changed:
        yield f"linkStyle {','.join(changed)} stroke:{PAINTS['run'].stroke}"


def _text(*lines: str) -> str:
    """A quoted label; Mermaid writes characters that mean something to it as '#' and their number."""
    return '"' + "<br>".join("".join(_letter(c) for c in line) for line in lines) + '"'


def _letter(c: str) -> str:
    if not c.isprintable():
        return "�"
    return f"#{ord(c)};" if c in '"#<>&`\\' else c
