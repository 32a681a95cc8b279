"""Hosted plugins: a chain that has some is one node for each of them, and one for each stretch of effects between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from songbuild.devices.hosting.plugin import HOSTED, members, read_state
from songbuild.engine import Node, Reader, Recipe, RecipeError, Source
from songbuild.engine.graph import Json
from songbuild.model.device import Device
from songbuild.problems import Path
from songbuild.stages.context import Context
from songbuild.stages.inserts import specs
from songbuild.stages.strip import Fader, strip

if TYPE_CHECKING:
    from songbuild.devices.hosting.client import Samples

REVISION = 1
MOST_LATE_S = 60
"""What a plugin holds back longer is never coming."""


def chain(
    context: Context,
    node: Callable[[str], Node | None],
    name: str,
    stage: str,
    feeds: Sequence[tuple[Node, Fader | None]],
    inserts: Sequence[Device],
    automation: Mapping[str, str],
    path: Path,
    key: str = "inserts",
) -> Node:
    """The node called `name` that sums `feeds` and runs `inserts` over the sum; the list stands at `path` + `key`.

    It is the only feed itself where that has no fader and no insert acts.  `node` finds what a side-chain listens to.
    """
    parts = list(_parts(inserts))
    for place, (start, stop) in enumerate(parts):
        called = name if place == len(parts) - 1 else f"{name} to insert {stop}"
        if inserts[start].device == HOSTED.name:
            source = _one(context, f"{name} before inserts", stage, feeds)
            made = _plugin(context, called, stage, source, inserts[start], (*path, key, start, HOSTED.name))
        else:
            found, sides, origins = specs(context, node, inserts[:stop], automation, path, key, start)
            made = strip(context, called, stage, feeds, found, sides, origins)
        feeds = [(made, None)]
    return _one(context, name, stage, feeds)


def _one(context: Context, name: str, stage: str, feeds: Sequence[tuple[Node, Fader | None]]) -> Node:
    """The feeds as one node."""
    if len(feeds) == 1 and feeds[0][1] is None:
        return feeds[0][0]
    return strip(context, name, stage, feeds, [])


def _parts(inserts: Sequence[Device]) -> Iterator[tuple[int, int]]:
    """The ranges of a list of inserts that are a node each, without what is bypassed at their ends."""
    acting = [(index, device.device == HOSTED.name) for index, device in enumerate(inserts) if not device.bypass]
    for _, run in groupby(acting, key=lambda item: item[0] if item[1] else None):
        places = [index for index, _ in run]
        yield places[0], places[-1] + 1


def _plugin(context: Context, name: str, stage: str, source: Node, device: Device, path: Path) -> Node:
    """The node of one plugin on the signal of `source`."""
    given = device.params
    root = FilePath(given["path"])
    params = {"plugin_name": given["plugin_name"], "parameters": given["parameters"], "members": []}
    sources: list[Source] = []
    channels = source.channels
    if "failure" in given:
        recipe = _recipe(partial(_failed, *given["failure"]))
    else:
        recipe = _recipe(partial(_hosted, given["timeout_s"]))
        params |= {**given["facts"], "members": list(members(root)), "state": given["state"] is not None}
        sources = [Source(root / member, context.digest(root / member)) for member in params["members"]]
        sources += [context.source(given["state"])] if params["state"] else []
        channels = max(source.channels, min(params["widths"]))
    origins: dict[tuple[str | int, ...], Path] = {(): path, ("parameters",): (*path, "parameters")}
    return Node(name, stage, recipe, params, (source,), tuple(sources), channels, origins)


def _recipe(run: Callable[..., Iterator[Samples]]) -> Recipe:
    """The recipe; how long a plugin may take, and why it can't be used, changes nothing of what it makes."""
    return Recipe("plugin", REVISION, "whole", run)


def _failed(message: str, hint: str | None, *_: object) -> NoReturn:
    raise RecipeError(message, hint)


def _hosted(
    timeout_s: float, inputs: Sequence[Reader], params: Mapping[str, Json], rate: int, files: Sequence[FilePath]
) -> Iterator[Samples]:
    """The input through the plugin, as long as it and in time with it."""
    from songbuild.devices.hosting.client import PIECE, Host

    reader, names = inputs[0], params["members"]
    root = files[0] if names == ["."] else files[0].parents[names[0].count("/")]
    width = max(reader.channels, min(params["widths"]))
    given = made = 0
    # Reading looks at whether the build is cancelled, which a plugin that hangs must not hold up.
    with Host(root, timeout_s, lambda: reader.read(max(0, given - 1), max(1, given))) as host:
        host.open(params["plugin_name"], params["parameters"], read_state(files[-1]) if params["state"] else b"")
        host.start(rate, width, params["widths"])
        while made < reader.frames:
            if given > reader.frames + MOST_LATE_S * rate:
                raise RecipeError(f"{root.name} holds back more than {MOST_LATE_S} s of what it is given")
            x = np.empty((width, PIECE), np.float32)
            x[:] = reader.read(given, given + PIECE)  # silence after the end, so that what is late comes out
            given += PIECE
            y = host.run(x, f"at {made / rate:.1f} s")[:, : reader.frames - made]
            if not np.isfinite(y).all():
                bad = made + int(np.argmin(np.isfinite(y).all(axis=0)))
                hint = "look at its parameters; what doesn't need it is built all the same"
                raise RecipeError(f"{root.name} puts out NaN or infinity at {bad / rate:.3f} s", hint)
            made += y.shape[1]
            yield y
