"""The documents are current, their links resolve, and what they show is accepted."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shell import songbuild
from songbuild.app.cli.commands import COMMANDS
from songbuild.app.cli.schema import schemas
from songbuild.devices.effects import EFFECTS
from songbuild.devices.instruments import INSTRUMENTS
from support import write_wav

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
WriteSong = Callable[..., Path]


@pytest.mark.parametrize("page", ["devices", "commands"])
def test_what_is_generated_is_current(page: str) -> None:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert (DOCS / f"{page}.md").read_text(encoding="utf-8") == getattr(generate, page)(), "run 'make docs'"


def test_the_schemas_are_current() -> None:
    written = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "schemas").iterdir()}
    assert written == schemas(), "run 'make docs'"


def test_every_link_resolves() -> None:
    broken = []
    for page in PAGES:
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\[[^\]\n]+\]\(([^)\s]+)\)", text):
            if re.match(r"https?:", target):
                continue
            file, _, anchor = target.partition("#")
            place = (page.parent / file).resolve() if file else page
            if not place.exists() or (anchor and anchor not in anchors(place)):
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


FRAME = """\
title: Frame
tempo: 120
composition: {patterns: {one: "c2:1"}}
arrangement:
  tracks: {bass: bass, kick: drum_kit, guitar: {recording: guitar}}
  sections: {verse: {bars: 12, parts: {bass: one}}, chorus: {bars: 8}}
  form: [verse, chorus, chorus]
recordings: recordings.yaml
"""
RECORDINGS = "guitar: {takes: {one: recordings/guitar-1.flac}}\n"


@pytest.mark.parametrize("stage", ["mix", "master", "delivery", "recordings"])
def test_what_a_page_shows_is_accepted(write_song: WriteSong, stage: str) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", (DOCS / f"{stage}.md").read_text(encoding="utf-8"), re.M | re.S)
    assert blocks
    for number, block in enumerate(blocks):
        frame = FRAME + (f"{stage}: {stage}.yaml\n" if stage != "recordings" else "")
        files = {"recordings.yaml": RECORDINGS, "song.yaml": frame, f"{stage}.yaml": block}
        song = write_song(files, f"song{number}")
        for audio in ("recordings/guitar-1", "recordings/guitar-2", "refs/track"):
            write_wav(song / f"{audio}.flac", np.zeros(25 * 44_100), subtype="PCM_16")
        ran = songbuild("check", song)
        assert (ran.code, "error" in ran.err) == (0, False), ran.err
        assert f"{stage}.yaml:" not in ran.err  # no warnings either


def test_every_device_and_command_is_in_its_page() -> None:
    devices = (DOCS / "devices.md").read_text(encoding="utf-8")
    for device in (*EFFECTS.values(), *INSTRUMENTS.values()):
        assert f"\n### {device.name}\n" in devices
        for parameter in device.params.model_fields:
            assert f"| `{parameter}` |" in devices
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for name in (*(device.name for device in (*EFFECTS.values(), *INSTRUMENTS.values())), *COMMANDS):
        assert re.search(rf"\b{name}\b", changes), name


def test_the_map_names_every_file_of_every_room() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rooms = ("model", "dsp", "engine", "formats", "manifest", "stages", "checks", "diff", "app")
    files = [file for room in rooms for file in sorted((ROOT / "songbuild" / room).glob("*.py"))]
    told = [file for file in files if file.stem not in ("__init__", "codes", "find", "errors")]
    assert [str(file) for file in told if not re.search(rf"\b{file.stem}\b", text)] == []


def test_decisions_are_numbered_in_order_and_listed() -> None:
    notes = sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))
    assert [int(name[:4]) for name in notes] == list(range(1, len(notes) + 1))
    listed = (DOCS / "decisions/README.md").read_text(encoding="utf-8")
    for name in notes:
        text = (DOCS / "decisions" / name).read_text(encoding="utf-8")
        title = text.splitlines()[0]
        assert title.startswith(f"# {name[:4]}: ")
        assert all(f"**{part}.**" in text for part in ("What", "Why", "Costs"))
        assert f"[{name[:4]}]({name}) | " in listed
