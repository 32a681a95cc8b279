"""Provenance as text: the shape that in-toto and SLSA ask for, and what a stranger's file can't do."""

from __future__ import annotations

import json

import pytest

from songbuild.formats.intoto import (
    Build,
    Resource,
    builder,
    dependencies,
    external,
    read_statement,
    statement,
    subjects,
)

BUILD = Build(
    {"manifest": "song.yaml", "values": {"title": "Café", "tempo": 120.0}},
    {"profile": "a machine"},
    [Resource("takes/one.wav", {"blake3": "b" * 64, "sha256": "a" * 64}), Resource("numpy", uri="pkg:pypi/numpy@2")],
    {"songbuild": "1"},
)
MADE = [Resource("b.wav", {"sha256": "2" * 64}), Resource("a.wav", {"sha256": "1" * 64})]


def test_the_bytes_are_canonical_whatever_the_order() -> None:
    data = statement(MADE, BUILD)
    assert data == statement(MADE[::-1], BUILD)
    assert data.endswith(b"}\n")
    assert data == json.dumps(json.loads(data), sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert b"Caf\\u00e9" in data


def test_what_was_written_is_read_again() -> None:
    read = read_statement(statement(MADE, BUILD))
    assert read is not None
    assert subjects(read) == {"a.wav": {"sha256": "1" * 64}, "b.wav": {"sha256": "2" * 64}}
    assert external(read) == BUILD.external
    assert builder(read) == {"songbuild": "1"}
    assert dependencies(read) == BUILD.dependencies


@pytest.mark.parametrize(
    "text", ["", "[", "[]", "{}", "[" * 100_000, '{"_type": "https://in-toto.io/Statement/v1"}', "\0", '{"_type": []}']
)
def test_what_is_no_statement_of_ours_is_none(text: str) -> None:
    assert read_statement(text.encode()) is None


def test_a_strangers_statement_is_read_as_far_as_it_goes() -> None:
    made = json.loads(statement(MADE, BUILD))
    made["subject"] = [{"name": 5, "digest": []}, "x"]
    made["predicate"]["buildDefinition"] |= {"resolvedDependencies": {"a": 1}, "externalParameters": 3}
    read = read_statement(json.dumps(made).encode())
    assert read is not None
    assert (subjects(read), dependencies(read), external(read)) == ({"5": {}}, [], {})
