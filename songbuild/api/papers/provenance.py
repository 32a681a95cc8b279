"""The provenance of a song or an album as a file of its build: an in-toto statement about all other files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from songbuild.api.inputs import inputs_of, presets_of, sources_of
from songbuild.api.papers.song_report import with_file
from songbuild.api.project import Project
from songbuild.engine import Graph, MadeFile, Node, Recipe
from songbuild.engine.digests import canonical
from songbuild.engine.graph import Json
from songbuild.formats.intoto import Build, Resource, statement
from songbuild.formats.sums import sha256

FILE = "provenance.json"
_SUMS = "SHA256SUMS"
_ELSEWHERE = ("python", "libsndfile")
"""What is versioned but doesn't come from the Python Package Index."""


def with_provenance(project: Project) -> Graph:
    """The project's graph with the file that says what all others were made from.

    The checksums are no subject of it: they hold its own.
    """
    inputs, outputs = inputs_of(project), project.graph.outputs
    made = {name: node for name, node in outputs.items() if name != _SUMS}
    sources = [(name, each) for name, found in sorted(sources_of(project).items()) for each in found]
    own = inputs.versions["songbuild"]
    params: dict[str, Json] = {
        "names": [*made],
        "files": [[name, source.digest] for name, source in sources],
        "presets": [[name, _sha256(given)] for name, given in sorted(presets_of(project).items())],
        "packages": {name: version for name, version in inputs.versions.items() if name != "songbuild"},
        "external": {"manifest": project.own.manifest.name, "values": inputs.song},
        "internal": {"profile": inputs.profile},
        "version": {"songbuild": own},
    }
    read = tuple(source for _, source in sources)
    node = Node(FILE, "delivery", PROVENANCE, params, (*made.values(),), read, origins={(): ("delivery",)})
    return replace(project.graph, outputs=with_file(outputs, node))


def _sha256(given: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(given)).hexdigest()


def package(name: str, version: str) -> Resource:
    """What computes or encodes, as a package URL."""
    kind = "generic" if name in _ELSEWHERE else "pypi"
    return Resource(name, uri=f"pkg:{kind}/{name}@{version}")


def _write(
    inputs: Sequence[MadeFile], params: Mapping[str, Json], _rate: int, files: Sequence[Path], path: Path
) -> Json:
    read = [
        Resource(name, {"blake3": digest, "sha256": sha256(file)})
        for (name, digest), file in zip(params["files"], files, strict=True)
    ]
    presets = [Resource(name, {"sha256": digest}, media_type="application/json") for name, digest in params["presets"]]
    packages = [package(*each) for each in sorted(params["packages"].items())]
    build = Build(params["external"], params["internal"], [*read, *presets, *packages], params["version"])
    made = [
        Resource(name, {"blake3": file.digest, "sha256": sha256(file.path)})
        for name, file in zip(params["names"], inputs, strict=True)
    ]
    path.write_bytes(statement(made, build))
    return {"subjects": len(made)}


PROVENANCE = Recipe("delivery.provenance", 1, "file", _write)
"""Params: names of the inputs, names and digests of the sources, presets, packages, external, internal, version."""
