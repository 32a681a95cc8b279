"""provenance.json among the delivered files of a song and an album."""

from __future__ import annotations

import hashlib
import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from albums import RECORDED, write_pair
from shell import edit, songbuild
from songbuild.engine import digest_file
from support import write_wav

WriteSong = Callable[..., Path]
URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s]+")


@pytest.fixture
def album(write_song: WriteSong) -> Path:
    """The pair, rendered."""
    folder = write_pair(write_song)
    assert songbuild("render", folder).code == 0
    return folder


def check_resource(resource: dict[str, Any]) -> None:
    """What in-toto says of a ResourceDescriptor (spec v1, resource_descriptor) and a DigestSet (digest_set)."""
    known = {"name": str, "uri": str, "digest": dict, "content": str, "downloadLocation": str, "mediaType": str}
    assert all(isinstance(value, known[key]) for key, value in resource.items())
    assert {"uri", "digest", "content"} & resource.keys()
    assert all(re.fullmatch(r"([0-9a-f]{2})+", value) for value in resource.get("digest", {}).values())
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in resource.get("digest", {}))
    if "uri" in resource:
        assert URI.fullmatch(resource["uri"])


def check_statement(made: dict[str, Any]) -> None:
    """What in-toto says of a Statement (spec v1, statement), and SLSA of its predicate (v1.0, provenance)."""
    assert made.keys() == {"_type", "subject", "predicateType", "predicate"}
    assert made["_type"] == "https://in-toto.io/Statement/v1"
    assert made["predicateType"] == "https://slsa.dev/provenance/v1"
    assert made["subject"]
    for subject in made["subject"]:
        check_resource(subject)
        assert subject["digest"]
    names = [subject["name"] for subject in made["subject"]]
    assert len({*names}) == len(names)
    definition, run = made["predicate"]["buildDefinition"], made["predicate"]["runDetails"]
    assert made["predicate"].keys() == {"buildDefinition", "runDetails"}
    assert definition.keys() >= {"buildType", "externalParameters"}
    assert definition.keys() <= {"buildType", "externalParameters", "internalParameters", "resolvedDependencies"}
    assert URI.fullmatch(definition["buildType"])
    assert isinstance(definition["externalParameters"], dict)
    assert isinstance(definition["internalParameters"], dict)
    for each in definition["resolvedDependencies"]:
        check_resource(each)
    assert run.keys() == {"builder"}  # `metadata` would hold the clock and the invocation
    assert run["builder"].keys() <= {"id", "builderDependencies", "version"}
    assert URI.fullmatch(run["builder"]["id"])
    assert all(isinstance(version, str) for version in run["builder"]["version"].values())


def read(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "out/provenance.json").read_bytes())
    check_statement(found)
    assert isinstance(found, dict)
    return found


def test_every_delivered_file_is_a_subject_with_its_digests(album: Path) -> None:
    out = album / "out"
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    subjects = {each["name"]: each["digest"] for each in read(album)["subject"]}
    assert subjects.keys() == files - {"provenance.json", "SHA256SUMS"}
    for name, digests in subjects.items():
        data = (out / name).read_bytes()
        assert digests == {"sha256": hashlib.sha256(data).hexdigest(), "blake3": digest_file(out / name)}
    own = hashlib.sha256((out / "provenance.json").read_bytes()).hexdigest()
    assert f"{own}  provenance.json\n" in (out / "SHA256SUMS").read_text()


def test_dependencies_are_takes_presets_and_packages(album: Path) -> None:
    definition = read(album)["predicate"]["buildDefinition"]
    found = {each["name"]: each for each in definition["resolvedDependencies"]}
    take = (album / "second/takes/one.wav").read_bytes()
    assert found["second: takes/one.wav"]["digest"]["sha256"] == hashlib.sha256(take).hexdigest()
    given = hashlib.sha256(b'{"gain_db":-3}').hexdigest()
    assert found["second: presets/gain/mine.yaml"]["digest"] == {"sha256": given}
    assert found["songbuild: compressor/vocal.yaml"]["mediaType"] == "application/json"
    assert re.fullmatch(r"pkg:pypi/numpy@[0-9.]+", found["numpy"]["uri"])
    values = definition["externalParameters"]["values"]
    assert (values["title"], values["first: tempo"], values["seed"]) == ("Pair", 240, 1)


def test_it_says_nothing_of_clock_host_user_or_path(album: Path) -> None:
    text = (album / "out/provenance.json").read_text()
    assert [word for word in (str(album), str(Path.cwd()), socket.gethostname()) if word in text] == []
    assert not re.search(r"\d{4}-\d\d-\d\d", text)


def test_comments_change_nothing_and_values_do(write_song: WriteSong) -> None:
    text = RECORDED.replace("[wav24]", "[wav24, provenance]")
    song = write_song({"song.yaml": text, "presets/gain/mine.yaml": "gain_db: -3\n"})
    for take in ("one", "two"):
        write_wav(song / f"takes/{take}.wav", [0.1, -0.1] * 110_000, subtype="PCM_16")
    assert songbuild("render", song).code == 0
    before = read(song)
    (song / "song.yaml").write_text(f"# a comment\n{text}")
    assert songbuild("render", song).code == 0
    assert read(song) == before
    assert before["predicate"]["buildDefinition"]["externalParameters"]["manifest"] == "song.yaml"
    edit(song, "gain_db: -4", "gain_db: -5")
    assert songbuild("render", song).code == 0
    after = read(song)
    name = "mix.channels.high.gain_db"
    assert [each["predicate"]["buildDefinition"]["externalParameters"]["values"][name] for each in (before, after)] == [
        -4.0,
        -5.0,
    ]
    assert after["subject"] != before["subject"]


def test_the_projects_own_reader_accepts_it(album: Path) -> None:
    """The messages that in-toto publishes refuse a field they don't know, and a statement that isn't whole."""
    reason = "in-toto-attestation isn't installed"
    json_format = pytest.importorskip("google.protobuf.json_format", reason=reason)
    statements = pytest.importorskip("in_toto_attestation.v1.statement", reason=reason)
    messages = pytest.importorskip("in_toto_attestation.v1.statement_pb2", reason=reason)
    predicates = pytest.importorskip("in_toto_attestation.predicates.provenance.v1.provenance_pb2", reason=reason)
    made = read(album)
    statements.Statement.copy_from_pb(json_format.ParseDict(made, messages.Statement())).validate()
    predicate = json_format.ParseDict(made["predicate"], predicates.Provenance())
    assert predicate.run_details.builder.id == "pkg:pypi/songbuild"
