"""songbuild audit"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from songbuild.app.cli.options import cache_option, json_option, trust_option
from songbuild.app.cli.show import exit_code, print_problems, result

LETTERS = 12
"""Of a digest, so many are shown to people."""
_MATCHES = {
    "bytes": "is {name}, byte for byte",
    "audio": "has the audio of {name}, in other bytes",
    "name": "has the name of {name}, with another content",
}


@click.command(
    short_help="What a delivered file was made of.",
    epilog="\b\nExamples:\n"
    "  songbuild audit out/my-song.flac\n"
    "  songbuild audit ~/Downloads/my-song.flac --song my_song\n"
    "  songbuild audit album/out/flac/01-first.flac --json",
)
@click.argument("file", type=click.Path())
@click.option("--song", metavar="SONG", type=click.Path(exists=True), help="The song or album that may have made it.")
@trust_option
@cache_option
@json_option
def audit(file: str, song: str | None, trust: bool, cache: str | None, as_json: bool) -> int:
    """Say what a delivered FILE was made of: stage by stage, down to take, preset and digest, with places.

    Which build it is of is looked up by its digest: in songbuild.lock and provenance.json beside and above it, then in
    the cache. A file that has been changed is told from one that only has other tags.
    """
    from songbuild import api

    found = api.audit(file, song=song, trusted=trust, cache=cache)
    print_problems(found.problems, as_json)
    if as_json:
        result(found.problems, **found.facts, steps=found.steps, recorded=found.recorded)
    else:
        for line in (*_head(found.facts), *_steps(found.steps), *_recorded([] if found.steps else found.recorded)):
            click.echo(line)
    return exit_code(found.problems)


def _head(facts: Mapping[str, Any]) -> Iterator[str]:
    yield str(facts["file"])
    yield f"  blake3 {facts['blake3']}"
    yield f"  sha256 {facts['sha256']}"
    if "record" not in facts:
        return
    name = f"{facts['name']} of '{facts['title']}'" if "title" in facts else facts["name"]
    yield f"  {_MATCHES[facts['match']].format(name=name)}: see {facts['record']}"
    if "versions" in facts:
        versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
        yield f"  made by {versions}"
    if facts.get("profile"):
        yield f"  on {facts['profile']}"


def _steps(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Each step in a block, under a head for each stage."""
    stage = None
    for step in steps:
        here = f"{step['song']}: {step['stage']}" if "song" in step else step["stage"]
        if here != stage:
            stage = here
            yield ""
            yield click.style(here, bold=True)
        digest = f"  {_short(step['digest'])}" if "digest" in step else ""
        yield f"  {step['node']}  ({step['recipe']}){digest}  {step['place']}"
        for value in step.get("values", ()):
            yield f"    {_value(value)}"
        for device in step.get("devices", ()):
            yield from _device(device)
        for played in step.get("plays", ()):
            yield f"    section {played['section']}: {played['part']}  {played['place']}"
        for cut in step.get("comp", ()):
            yield f"    {_cut(cut)}"
        for file in step.get("files", ()):
            yield f"    file {file['file']}  {file['digest']}"
            for take in file.get("takes", ()):
                yield f"      take {take['name']}  {take['place']}"


def _device(device: Mapping[str, Any]) -> Iterator[str]:
    preset = f", preset {device['preset']}  {device['preset_digest']}" if "preset" in device else ""
    bypass = ", bypassed" if device.get("bypass") else ""
    yield f"    {device['device']}{bypass}{preset}  {device['place']}"
    for value in device.get("values", ()):
        yield f"      {_value(value)}"


def _value(value: Mapping[str, Any]) -> str:
    shown = value["value"] if isinstance(value["value"], str) else str(value["value"]).lower()
    return f"{value['name']}: {shown}  {value['place']}"


def _cut(cut: Mapping[str, Any]) -> str:
    bars = f", {cut['bars']}" if cut.get("bars") else ""
    stop = "its end" if cut["stop"] is None else cut["stop"]
    gain = f", {cut['gain_db']:+g} dB" if cut["gain_db"] else ""
    backwards = ", backwards" if cut["reverse"] else ""
    frames = f"frames {cut['start']} to {stop} from its frame {cut['source']}"
    return f"take {cut['take']}{bars}: {frames}{gain}{backwards}  {cut['place']}"


def _recorded(resources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What a statement says of what can't be looked up any more."""
    for each in resources:
        digests = "  ".join(f"{kind}:{digest}" for kind, digest in sorted(each.get("digest", {}).items()))
        if digests:
            yield f"  {each['name']}  {digests}"


def _short(digest: str) -> str:
    return digest[:LETTERS]
