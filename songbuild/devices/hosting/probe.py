"""What a plugin is and takes, asked of the plugin once and kept in the cache."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from songbuild.devices.hosting.client import Host
from songbuild.devices.hosting.facts import Facts
from songbuild.devices.hosting.plugin import members
from songbuild.engine import default_folder, digest_json
from songbuild.engine.unchanged import stamp

FORMAT = 1


def probe(path: Path, plugin_name: str | None, state: bytes, limit_s: float) -> Facts:
    """The facts of the plugin at `path` with a `state`; raises RecipeError where it can't be loaded.

    They are kept as long as no file of the plugin changes; a failure isn't kept.
    """
    files = [[name, stamp(path / name)] for name in members(path)]
    asked = [FORMAT, version("pedalboard"), str(path), files, plugin_name, blake2b(state).hexdigest()]
    kept = Path(default_folder()) / "plugins" / f"{digest_json(asked)}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        return Facts.of(json.loads(kept.read_text()))
    with Host(path, limit_s) as host:
        host.open(plugin_name, {}, state)
        facts = host.facts()
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f"{kept.name}.{os.getpid()}")
        part.write_text(json.dumps(facts.json()))
        part.replace(kept)
    return facts
