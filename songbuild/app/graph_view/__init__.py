"""The graph of a song as a picture: stages as columns, colours for what is reused, runs and may run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from songbuild.app.graph_view.dot import dot
from songbuild.app.graph_view.mermaid import mermaid
from songbuild.app.graph_view.svg import svg

if TYPE_CHECKING:
    from songbuild.api import Line

FORMATS: Mapping[str, Callable[[Sequence[Line]], str]] = {"dot": dot, "mermaid": mermaid, "svg": svg}
"""How a graph can be drawn; each takes the decisions about its nodes, inputs before users."""
