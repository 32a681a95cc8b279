"""Provenance as an in-toto Statement v1 with a SLSA v1 predicate: what files were built from, and by what.

The same facts have the same bytes: JSON with sorted keys, without spaces, in ASCII; no clock, host, user or path.
Sources: in-toto attestation framework, spec v1 (statement, resource_descriptor, digest_set); SLSA v1.0, provenance.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILDER = "pkg:pypi/songbuild"
BUILD_TYPE = "pkg:pypi/songbuild#build/v1"
"""A package URL, whose fragment names what docs/provenance.md tells of the parameters."""


@dataclass(frozen=True)
class Resource:
    """A file or package, as a ResourceDescriptor: `digest` maps algorithms to hexadecimal digests."""

    name: str
    digest: Mapping[str, str] = field(default_factory=dict)
    uri: str = ""
    media_type: str = ""

    def json(self) -> dict[str, Any]:
        """The descriptor; what is not known is left out."""
        found = {"name": self.name, "uri": self.uri, "mediaType": self.media_type, "digest": dict(self.digest)}
        return {key: value for key, value in found.items() if value}


@dataclass(frozen=True)
class Build:
    """What a build was given, and what it was: see the parts of SLSA's buildDefinition and runDetails."""

    external: Mapping[str, Any]
    internal: Mapping[str, Any]
    dependencies: Sequence[Resource]
    version: Mapping[str, str]


def statement(subjects: Iterable[Resource], build: Build) -> bytes:
    """The statement that `build` has made `subjects`, in order of their names."""
    definition = {
        "buildType": BUILD_TYPE,
        "externalParameters": build.external,
        "internalParameters": build.internal,
        "resolvedDependencies": [each.json() for each in build.dependencies],
    }
    predicate = {
        "buildDefinition": definition,
        "runDetails": {"builder": {"id": BUILDER, "version": dict(build.version)}},
    }
    ordered = sorted(subjects, key=lambda each: each.name)
    made = {"_type": STATEMENT, "subject": [each.json() for each in ordered], "predicateType": PREDICATE}
    text = json.dumps({**made, "predicate": predicate}, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode("ascii")


def read_statement(data: bytes) -> dict[str, Any] | None:
    """A statement of ours as read; None where it is something else.  What a stranger may have written is not trusted
    to have any further form: ask with `subjects` and `external`."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("_type") != STATEMENT or found.get("predicateType") != PREDICATE:
        return None
    return found if _within(found, "predicate", "buildDefinition").get("buildType") == BUILD_TYPE else None


def subjects(read: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Name -> digests of the files that a statement is about."""
    return {str(each.get("name")): _within(each, "digest") for each in _listed(read.get("subject"))}


def dependencies(read: Mapping[str, Any]) -> list[Resource]:
    """What the files were built from."""
    listed = _listed(_within(read, "predicate", "buildDefinition").get("resolvedDependencies"))
    return [
        Resource(
            str(each.get("name")), _within(each, "digest"), str(each.get("uri") or ""), str(each.get("mediaType") or "")
        )
        for each in listed
    ]


def external(read: Mapping[str, Any]) -> dict[str, Any]:
    """The external parameters."""
    return _within(read, "predicate", "buildDefinition", "externalParameters")


def internal(read: Mapping[str, Any]) -> dict[str, Any]:
    """The internal parameters."""
    return _within(read, "predicate", "buildDefinition", "internalParameters")


def builder(read: Mapping[str, Any]) -> dict[str, Any]:
    """The versions of what has built."""
    return _within(read, "predicate", "runDetails", "builder", "version")


def _within(value: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return dict(value) if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
