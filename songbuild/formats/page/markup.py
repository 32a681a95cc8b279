"""Text, numbers and tables of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape as _escape

NONE = "–"
_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
"""Extensible Markup Language 1.0, 2.2; and what is left of the control characters."""


def escape(text: str) -> str:
    """Text as HTML and XML can hold it, also within quotes: they have no way to write control characters."""
    return _escape(_UNWRITABLE.sub("\ufffd", text))


def number(value: float | None, digits: int, *, signed: bool = False) -> str:
    """A number with its minus sign as printed; a dash where there is none."""
    if value is None:
        return NONE
    return f"{value:{'+' if signed else ''}z.{digits}f}".replace("-", "−")


def clock(seconds: float) -> str:
    """A time or a length in whole seconds, as players show it: '3:25', '1:02:05'."""
    whole = int(seconds + 1e-6)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def bytes_of(size: int) -> str:
    """The size of a file: '812 kB', '35.4 MB'."""
    return f"{size} B" if size < 1000 else f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> Iterator[str]:
    """A table of cells that are markup already; a cell of a row but its first is a figure where `kind` has 'figures'.

    A row of one cell goes across.
    """
    yield f'<div class="scroll"><table class="{kind}"><thead><tr>'
    yield "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    for row in rows:
        if len(row) == 1:
            yield f'<tr class="under"><td colspan="{len(heads)}">{row[0]}</td></tr>'
            continue
        first, *rest = row
        cells = (
            f'<td class="{"none" if cell == NONE else "some"}" data-head="{head}">{cell}</td>'
            for head, cell in zip(heads[1:], rest, strict=True)
        )
        yield f'<tr><th scope="row">{first}</th>{"".join(cells)}</tr>'
    yield "</tbody></table></div>"


def verdict(fine: bool) -> str:
    """Pass or warn, told apart by more than colour."""
    return '<span class="ok">✓ pass</span>' if fine else '<span class="bad">▲ warn</span>'
