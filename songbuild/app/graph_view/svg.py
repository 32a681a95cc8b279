"""The graph as an SVG picture of its own: no script, no font, no link; details in tooltips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from songbuild.app.graph_view.layout import BOX, Spot, arrange
from songbuild.app.graph_view.parts import (
    MEANINGS,
    PAINTS,
    Paint,
    caption,
    edges,
    short,
    stages,
    stale,
    tooltip,
)
from songbuild.formats.page.markup import escape

if TYPE_CHECKING:
    from songbuild.api import Line
    from songbuild.app.graph_view.layout import Layout

LETTER, SMALL_LETTER = 7.6, 5.8
"""The width of a letter at 12 and 10 pixels, generously: the reader's font isn't known."""
PADDING, GAP, MARGIN, HEAD = 10.0, 52.0, 24.0, 92.0
HEIGHT = BOX - 10
STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif;fill:#1d2a22}.n{font-size:12px}.s{font-size:10px;fill:#4b5a51}"
    ".h{font-size:15px;font-weight:bold}.e{fill:none;stroke:#c3ccc6;stroke-width:1}"
    f".x{{fill:none;stroke:{PAINTS['run'].stroke};stroke-width:1.6}}"
)


def svg(lines: Sequence[Line]) -> str:
    """The graph as SVG: a column or more a stage, an arrow from each node to those it feeds."""
    columns = _columns(lines)
    pairs = edges(lines)
    layout = arrange(columns, [(source.node, target.node) for source, target in pairs])
    known = {line.node: line for line in lines}
    lefts, widths = _places(layout, known)
    width = max(lefts[-1] + widths[-1] if lefts else 0.0, 620.0) + MARGIN
    height = HEAD + layout.height + MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
    body = [f'{head} viewBox="0 0 {width:.0f} {height:.0f}" role="img">', f"<title>{_title(lines)}</title>"]
    body += [f"<style>{STYLE}</style>", '<rect width="100%" height="100%" fill="#ffffff"/>', *_arrows()]
    body += _legend(lines)
    body += _headings(lines, columns, lefts, widths, height)
    body += _edges(pairs, layout, lefts, widths)
    for spot in (spot for layer in layout.layers for spot in layer if spot.name is not None):
        body += _box(known[spot.name or ""], lefts[spot.layer], HEAD + spot.y, widths[spot.layer])
    return "\n".join([*body, "</svg>", ""])


def _columns(lines: Sequence[Line]) -> dict[str, int]:
    """The column of each node: stages one after the other, in each as many columns as it has steps."""
    depth: dict[str, int] = {}
    stage_of = {line.node: line.stage for line in lines}
    for line in lines:
        within = [depth[name] + 1 for name in line.inputs if stage_of.get(name) == line.stage and name in depth]
        depth[line.node] = max(within, default=0)
    columns: dict[str, int] = {}
    first = 0
    for stage in stages(lines):
        here = [line.node for line in lines if line.stage == stage]
        columns |= {name: first + depth[name] for name in here}
        first += max(depth[name] for name in here) + 1
    return columns


def _places(layout: Layout, known: Mapping[str, Line]) -> tuple[list[float], list[float]]:
    """The left edge and the width of each column."""
    lefts, widths, x = list[float](), list[float](), MARGIN
    for layer in layout.layers:
        here = [known[spot.name] for spot in layer if spot.name is not None]
        texts = [max(len(short(n.node)) * LETTER, len(caption(n)) * SMALL_LETTER) for n in here]
        widths.append(max(texts, default=0.0) + 2 * PADDING)
        lefts.append(x)
        x += widths[-1] + GAP
    return lefts, widths


def _arrows() -> Iterator[str]:
    yield "<defs>"
    for name, colour in (("e", "#9fb0a5"), ("x", PAINTS["run"].stroke)):
        yield (
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0L8,4L0,8z" fill="{colour}"/></marker>'
        )
    yield "</defs>"


def _title(lines: Sequence[Line]) -> str:
    counts = {status: sum(line.status == status for line in lines) for status in PAINTS}
    return f"{len(lines)} nodes: " + ", ".join(f"{number} {status}" for status, number in counts.items() if number)


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    yield f'<text class="n" x="{MARGIN}" y="26">{_title(lines)}</text>'
    x = MARGIN
    for status, paint in PAINTS.items():
        text = f"{status}: {MEANINGS[status]}"
        yield f'<rect x="{x:.0f}" y="38" width="16" height="12" rx="3" {_looks(paint)}/>'
        yield f'<text class="s" x="{x + 22:.0f}" y="48">{text}</text>'
        x += 22 + len(text) * SMALL_LETTER + 24


def _headings(
    lines: Sequence[Line], columns: Mapping[str, int], lefts: Sequence[float], widths: Sequence[float], height: float
) -> Iterator[str]:
    for number, stage in enumerate(stages(lines)):
        here = [columns[line.node] for line in lines if line.stage == stage]
        left, right = lefts[min(here)] - GAP / 4, lefts[max(here)] + widths[max(here)] + GAP / 4
        shade = "#f8faf8" if number % 2 else "#f2f6f3"
        yield (
            f'<rect x="{left:.1f}" y="60" width="{right - left:.1f}" height="{height - 68:.1f}" rx="8" '
            f'fill="{shade}"/><text class="h" x="{left + 10:.1f}" y="80">{escape(stage)}</text>'
        )


def _edges(
    pairs: Sequence[tuple[Line, Line]], layout: Layout, lefts: Sequence[float], widths: Sequence[float]
) -> Iterator[str]:
    drawn = []
    for (source, target), way in zip(pairs, layout.ways, strict=True):
        kind = "x" if stale(source, target) else "e"
        drawn.append((kind, f'<path class="{kind}" marker-end="url(#{kind})" d="{_curve(way, lefts, widths)}"/>'))
    yield from (path for _, path in sorted(drawn, key=lambda one: one[0]))  # what changes, over the rest


def _curve(way: Sequence[Spot], lefts: Sequence[float], widths: Sequence[float]) -> str:
    """From box to box; level where it passes a column."""
    x, y = lefts[way[0].layer] + widths[way[0].layer], HEAD + way[0].y
    parts = [f"M{x:.1f},{y:.1f}"]
    for spot in way[1:]:
        left, to = lefts[spot.layer], HEAD + spot.y
        bend = max(GAP, abs(left - x)) / 2
        parts.append(f"C{x + bend:.1f},{y:.1f} {left - bend:.1f},{to:.1f} {left:.1f},{to:.1f}")
        x, y = left, to
        if spot.name is None:
            x = left + widths[spot.layer]
            parts.append(f"H{x:.1f}")
    return "".join(parts)


def _box(line: Line, left: float, middle: float, width: float) -> Iterator[str]:
    top = middle - HEIGHT / 2
    yield f"<g><title>{escape(chr(10).join(tooltip(line)))}</title>"
    yield (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{HEIGHT:.1f}" rx="6" '
        f"{_looks(PAINTS[line.status])}/>"
    )
    yield f'<text class="n" x="{left + PADDING:.1f}" y="{top + 15:.1f}">{escape(short(line.node))}</text>'
    yield f'<text class="s" x="{left + PADDING:.1f}" y="{top + 29:.1f}">{escape(caption(line))}</text></g>'


def _looks(paint: Paint) -> str:
    dashes = ' stroke-dasharray="4 3"' if paint.dashed else ""
    return f'fill="{paint.fill}" stroke="{paint.stroke}" stroke-width="1.2"{dashes}'
