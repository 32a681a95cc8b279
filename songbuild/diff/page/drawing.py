"""SVG in pixels, with text in it: pictures that scroll where there is no room for them."""

from __future__ import annotations

from collections.abc import Iterable

from songbuild.formats.page.markup import escape

LETTER = 6.6
"""Pixels that a letter of a label takes, on average."""
_HEAD = 3.2
"""Pixels from the tip of an arrow back to its barbs."""
DEFINITIONS = (
    '<svg class="off" width="0" height="0" aria-hidden="true"><defs>'
    '<pattern id="gone" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="hatch" d="M0 0V7"/></pattern></defs></svg>'
)
"""What every picture of a page may refer to: the hatching of what is gone."""


def drawing(title: str, width: float, height: float, body: Iterable[str], kind: str = "") -> str:
    """An SVG so wide and high, in a box that scrolls; `title` says what it shows to who can't see it."""
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    return (
        f'<div class="scroll" tabindex="0"><svg class="drawn {kind}" {size} role="img" aria-label="{escape(title)}">'
        f"{''.join(body)}</svg></div>"
    )


def px(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{round(value, 1):g}"


def box(x: float, y: float, width: float, height: float) -> str:
    """A rectangle as a piece of a path."""
    return f"M{px(x)} {px(y)}h{px(width)}v{px(height)}h{px(-width)}z"


def path(kind: str, way: str, title: str = "") -> str:
    """A path of a kind (a class), nothing where it goes nowhere."""
    if not way:
        return ""
    return (
        f'<path class="{kind}" d="{way}"/>' if not title else f'<path class="{kind}" d="{way}">{titled(title)}</path>'
    )


def titled(text: str) -> str:
    """What is shown of a thing when it is pointed at."""
    return f"<title>{escape(text)}</title>"


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """A label whose baseline begins, ends or is centred (by its class) at a point."""
    return f'<text x="{px(x)}" y="{px(y)}" class="{kind}">{escape(words)}</text>'


def fits(words: str, width: float) -> bool:
    """Whether a label has room."""
    return len(words) * LETTER <= width


def arrow(x0: float, y0: float, x1: float, y1: float) -> str:
    """An arrow as a piece of a path; nothing where the ends are too near for one."""
    across, down = x1 - x0, y1 - y0
    length = float((across * across + down * down) ** 0.5)
    if length < _HEAD:
        return ""
    ux, uy = _HEAD * across / length, _HEAD * down / length
    left, right = (x1 - ux - uy, y1 - uy + ux), (x1 - ux + uy, y1 - uy - ux)
    barbs = f"M{px(left[0])} {px(left[1])}L{px(x1)} {px(y1)} {px(right[0])} {px(right[1])}"
    return f"M{px(x0)} {px(y0)}L{px(x1)} {px(y1)}{barbs}"
