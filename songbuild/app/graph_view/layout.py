"""Where the boxes of a graph go: layers from left to right, few crossings, straight lines where there is room.

After Sugiyama, Tagawa, Toda (1981), Methods for Visual Understanding of Hierarchical System Structures: layers,
stand-ins for edges that pass a layer, orders by the mean of the neighbours; then places by the same mean, kept apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

BOX, LANE = 46.0, 12.0
"""The height that a box takes, and an edge that passes between boxes, with the room around them."""
SWEEPS = 12


@dataclass(slots=True, eq=False)
class Spot:
    """A box, or the place where an edge passes a layer; `y` is its middle."""

    layer: int
    name: str | None
    y: float = 0.0
    left: list[Spot] = field(default_factory=list)
    right: list[Spot] = field(default_factory=list)

    @property
    def room(self) -> float:
        return BOX if self.name is not None else LANE


@dataclass(frozen=True)
class Layout:
    """The spots of every layer from top to bottom, and the way of each edge from box to box."""

    layers: list[list[Spot]]
    ways: list[list[Spot]]

    @property
    def height(self) -> float:
        """From the top of the first box to the bottom of the last."""
        return max((spot.y + spot.room / 2 for layer in self.layers for spot in layer), default=0.0)


def arrange(layer_of: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> Layout:
    """Places for nodes whose layers are known; an edge that doesn't lead to a later layer goes straight."""
    boxes = {name: Spot(layer, name) for name, layer in layer_of.items()}
    layers: list[list[Spot]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for spot in boxes.values():
        layers[spot.layer].append(spot)
    ways = [_way(boxes[a], boxes[b], layers) for a, b in edges]
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        _sort(layers, from_left=sweep % 2 == 0)
        count = _crossings(layers)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    _settle(best)
    return Layout(best, ways)


def _way(start: Spot, end: Spot, layers: list[list[Spot]]) -> list[Spot]:
    """An edge as spots, with a new one in each layer between."""
    between = [Spot(layer, None) for layer in range(start.layer + 1, end.layer)]
    way = [start, *between, end]
    for spot in between:
        layers[spot.layer].append(spot)
    if start.layer < end.layer:
        for a, b in pairwise(way):
            a.right.append(b)
            b.left.append(a)
    return way


def _sort(layers: list[list[Spot]], from_left: bool) -> None:
    """Order each layer by the mean place of what it is joined to on one side."""
    for layer in layers if from_left else reversed(layers):
        place = {id(spot): number for other in layers for number, spot in enumerate(other)}

        def mean(spot: Spot, place: Mapping[int, int] = place) -> float:
            near = spot.left if from_left else spot.right
            return sum(place[id(other)] for other in near) / len(near) if near else place[id(spot)]

        layer.sort(key=mean)


def _crossings(layers: Sequence[Sequence[Spot]]) -> int:
    """How often two edges cross between neighbouring layers."""
    count = 0
    for layer, following in pairwise(layers):
        place = {id(spot): number for number, spot in enumerate(following)}
        seen: list[int] = []
        for spot in layer:
            ends = sorted(place[id(other)] for other in spot.right)
            count += sum(before > end for end in ends for before in seen)
            seen += ends
    return count


def _settle(layers: Sequence[Sequence[Spot]]) -> None:
    """Give every spot its height: near the mean of its neighbours, in order, none on another."""
    for layer in layers:
        _spread(layer, [0.0] * len(layer))
    for sweep in range(2 * SWEEPS):
        from_left = sweep % 2 == 0
        for layer in layers if from_left else reversed(layers):
            _spread(layer, [_wish(spot, from_left) for spot in layer])
    top = min((spot.y - spot.room / 2 for layer in layers for spot in layer), default=0.0)
    for layer in layers:
        for spot in layer:
            spot.y -= top


def _wish(spot: Spot, from_left: bool) -> float:
    near = (spot.left or spot.right) if from_left else (spot.right or spot.left)
    return sum(other.y for other in near) / len(near) if near else spot.y


def _spread(layer: Sequence[Spot], wishes: Sequence[float]) -> None:
    """The heights nearest to the wishes (in the mean square) that keep the order and the distances."""
    offsets, pools = [0.0], list[list[float]]()
    for above, spot in pairwise(layer):
        offsets.append(offsets[-1] + (above.room + spot.room) / 2)
    for wish, offset in zip(wishes, offsets, strict=False):
        pools.append([wish - offset, 1.0])  # neighbours that want to pass each other are pooled at their mean
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            value, weight = pools.pop()
            pools[-1] = [
                (pools[-1][0] * pools[-1][1] + value * weight) / (pools[-1][1] + weight),
                pools[-1][1] + weight,
            ]
    bases = [value for value, weight in pools for _ in range(int(weight))]
    for spot, base, offset in zip(layer, bases, offsets, strict=False):
        spot.y = base + offset
