"""Documents beside the sound: the lyrics with times, and what a label and its distributor are told of the song."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from songbuild.engine import Node, Recipe
from songbuild.engine.graph import Json
from songbuild.formats.lyrics import lrc
from songbuild.model.credits import credited
from songbuild.model.metadata import Recording
from songbuild.problems import Path as SongPath
from songbuild.stages.context import Context
from songbuild.stages.tags import ORIGINS, song_tags, tag_sources, tags_of


def _lrc(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path) -> Json:
    lines = tags_of(params["tags"], files).synced
    path.write_text(lrc(lines), encoding="utf-8", newline="\n")
    return {"lines": len(lines)}


def _metadata(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path) -> Json:
    text = json.dumps(params["metadata"], indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return {}


LRC = Recipe("delivery.lrc", 1, "file", _lrc)
METADATA = Recipe("delivery.metadata", 1, "file", _metadata)


def plan_lrc(context: Context, file: str) -> Node:
    """The node that writes the lyrics as LRC; a fault where the song has none with times."""
    tags = song_tags(context)
    held = {name: tags[name] for name in ("title", "synced") if name in tags}
    sources = tuple(source for source in tag_sources(context) if source.path.suffix.lower() == ".lrc")
    if not sources and "synced" not in held:
        place: SongPath = ("delivery", "formats", context.song.delivery.formats.index("lrc"))
        hint = "a melody has lyrics in its pattern, a recording in an .lrc file"
        context.fault("DEL014", place, "the song has no lyrics with times", hint)
    return Node(file, "delivery", LRC, {"tags": held}, (), sources, origins=ORIGINS)


def plan_metadata(context: Context, file: str) -> Node:
    """The node that writes all of a song's metadata as JSON, shares and IPI numbers too, which no tag has."""
    song = context.song
    said = {
        name: getattr(song, name) for name in Recording.model_fields if name not in ("credits", "lyrics", "artwork")
    }
    tags = song_tags(context)
    told: dict[str, Json] = {name: value for name, value in said.items() if value not in (None, "")}
    told["duration_s"] = round(context.end / context.rate, 3)
    told |= {name: tags[name] for name in ("bpm", "key", "lyrics") if name in tags}
    told["credits"] = [
        {"role": role, **person.model_dump(exclude_none=True)} for role, person in credited(song.credits)
    ]
    origins: dict[tuple[str | int, ...], SongPath] = {
        ("metadata",): (),
        ("metadata", "bpm"): ("tempo",),
        ("metadata", "duration_s"): ("arrangement", "form"),
    }
    return Node(file, "delivery", METADATA, {"metadata": told}, origins=origins)
