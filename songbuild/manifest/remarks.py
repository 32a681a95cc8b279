"""Notes on the music as they are written: in the manifest or in a file of their own, about bars and parts there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from songbuild.manifest import codes
from songbuild.manifest.codes import code
from songbuild.manifest.paths import PathError, below
from songbuild.manifest.references import MAIN
from songbuild.manifest.source import read_source
from songbuild.manifest.yaml_reader import Key, Node, read_yaml
from songbuild.model.remarks import stretch
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.problems import Fault, NotationError, Path, did_you_mean

if TYPE_CHECKING:
    from songbuild.manifest.loader import Reading

KEY = "notes"
MASTER = "master"


def hang_in(data: dict[Key, Any], root: Node, reading: Reading) -> None:
    """Put the notes that a manifest has in a file of their own in its data and places, at the key `notes`."""
    given = data.get(KEY)
    members = root.members
    if not isinstance(given, str) or not isinstance(members, dict):
        return
    key, place = members[KEY]
    found = _read(given, place, reading)
    if found is None:
        reading.broken.add(KEY)
        del data[KEY]
    else:
        data[KEY], members[KEY] = found[0], (key, found[1])


def _read(text: str, place: Node, reading: Reading) -> tuple[list[Any], Node] | None:
    """The list in the file that `text` names."""
    span = place.source.span(place.start, place.end)
    try:
        path = below(reading.folder, text)
    except PathError as error:
        reading.problems.append(place.source.problem(error.code, error.message, span, error.hint))
        return None
    if path.suffix not in (".yaml", ".yml"):
        message = f"notes are a list, or in a .yaml file, not '{text}'"
        reading.problems.append(place.source.problem(codes.FILE_TYPE, message, span))
        return None
    reading.files.append(path)
    source, problems = read_source(path, path.relative_to(reading.folder).as_posix())
    reading.problems += problems
    if source is None:
        return None
    data, node, problems = read_yaml(source)
    reading.problems += problems
    if node is None:
        return None
    if data is None:
        node.members = []
        return [], node
    if not isinstance(data, list):
        span = source.span(node.start, node.end)
        message = "notes are a list: '- {at: 17, text: more air here}'"
        reading.problems.append(source.problem(codes.NOT_A_LIST, message, span))
        return None
    return data, node


def parts_of(song: Song) -> list[str]:
    """The names that a note of the song may be about."""
    mix = song.mix
    return list(dict.fromkeys((*song.arrangement.tracks, *mix.buses, *mix.returns, MAIN, MASTER)))


def unknown_parts(song: Song) -> Iterator[Fault]:
    """Notes about parts that there are not; what is done may be about one that is gone.

    A warning, as for places: what people say of a song never stands in the way of building it.
    """
    known = parts_of(song)
    for index, remark in enumerate(song.notes):
        if remark.part is not None and remark.part not in known and not remark.done:
            path: Path = (KEY, index, "part")
            hint = did_you_mean(remark.part, known)
            yield Fault(code("unknown name", path), path, f"no part '{remark.part}'", hint, severity="warning")


def unknown_places(song: Song, score: Score) -> Iterator[Fault]:
    """Notes at bars and sections that there are not; what is done may be at one that is gone."""
    for index, remark in enumerate(song.notes):
        if remark.at is not None and not remark.done:
            path: Path = (KEY, index, "at")
            try:
                stretch(remark.at, score)
            except NotationError as error:
                yield replace(error.fault(code("malformed text", path), path), severity="warning")
