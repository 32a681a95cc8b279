"""The delivery report of an album: a file of its build, as that of a song."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from songbuild import checks
from songbuild.api.papers.song_report import (
    Labelled,
    curves_of,
    drawn,
    files_from,
    head_from,
    head_of,
    held_of,
    notices_from,
    picture_of,
    remarks_from,
    report_node,
    said_of,
    with_file,
)
from songbuild.api.papers.tracks import compared, placed_tracks
from songbuild.api.remarks.listing import noted_of_album
from songbuild.engine import Recipe
from songbuild.engine.graph import Json
from songbuild.formats.cd.disc import clock as sectors_clock
from songbuild.formats.page import AlbumFacts, Track, album_page
from songbuild.model.album import Album, AlbumLoudness, AlbumTrack
from songbuild.model.programme import Programme
from songbuild.model.song import Song
from songbuild.problems import Fault, Problem
from songbuild.problems import Path as SongPath
from songbuild.stages.album import AlbumPlan
from songbuild.stages.album_material import Material, of_album
from songbuild.stages.context import Context


def with_album_report(
    planned: AlbumPlan,
    album: Album,
    materials: Sequence[Material],
    folder: Path,
    digest: Callable[[Path], str],
    found: list[Problem],
) -> AlbumPlan:
    """The plan with the report that the album's delivery asks for; `found` is what is known to be wrong with it."""
    if not album.delivery.report:
        return planned
    song, score = of_album(album)
    graph, made = planned.graph, planned.programme
    context = Context(song, score, folder, made.frames(made.rate), digest)
    params: dict[str, Json] = {
        "head": {**head_of(context), "seconds": made.frames(made.rate) / made.rate},
        "tracks": placed_tracks(album, planned, materials, folder),
        "places": _places(made),
        "aims": _aims(album),
        "disc": sectors_clock(made.sectors) if album.delivery.cd else "",
        "open notes": [said_of(one) for one in noted_of_album(album) if not one.done],
    }
    origins: dict[tuple[str | int, ...], SongPath] = {
        ("tracks",): ("songs",), ("places",): ("songs",), ("aims",): ("loudness",), ("disc",): ("delivery", "cd"),
        ("open notes",): ("notes",),
    }  # fmt: skip
    node = report_node(ALBUM, params, [*_held(planned)], found, picture_of(context), origins)
    return replace(planned, graph=replace(graph, outputs=with_file(graph.outputs, node)))


def _held(planned: AlbumPlan) -> Iterable[Labelled]:
    """What measures the album and its tracks, what is drawn, and the files."""
    values = {node.name: node for node in planned.graph.values}
    album = values[planned.measure]
    yield "album", "", album
    yield "curves", "", curves_of(album.inputs[0])
    if planned.gain is not None:
        yield "gain", "", values[planned.gain]
    for kind, names in (("measure", planned.measures), ("survey", planned.surveys), ("before", planned.before)):
        yield from ((kind, f"{place:02d}", values[name]) for place, name in enumerate(names))
    files = {name: node for name, node in planned.graph.outputs.items() if name != "SHA256SUMS"}
    yield from (("delivered", name, values[node]) for name, node in planned.delivered.items())
    heard = {node.inputs[0]: node for node in (album, *(values[name] for name in planned.measures))}
    for name, node in files.items():
        if name not in planned.delivered and node.inputs and node.inputs[0] in heard:
            yield "heard", name, heard[node.inputs[0]]
    yield from (("file", name, node) for name, node in files.items())


def _places(made: Programme) -> Json:
    """Of each track: where its sound begins and ends in s, how it follows the one before, and its place on a CD."""
    found = []
    for place, (track, (start, stop)) in enumerate(zip(made.tracks, made.cuts(), strict=True)):
        between = (track.start - made.tracks[place - 1].stop) / made.rate if place else 0.0
        join = "at once" if place else ""
        if between:
            join = f"gap {between:.1f} s" if between > 0 else f"crossfade {-between:.1f} s"
        before = sectors_clock(track.sector - track.pregap) if track.pregap else None
        index = [before, sectors_clock(start), sectors_clock(stop - start)]
        sound = [round(track.start / made.rate, 6), round(track.stop / made.rate, 6)]
        found.append({"sound": sound, "join": join, "index": index})
    return found


def _aims(album: Album) -> Json:
    wanted = album.loudness
    return {
        "loudness": wanted.model_dump() if wanted is not None else None,
        "ceiling": album.ceiling,
        "tracks": [track.loudness for track in album.songs],
    }


def _album(inputs: Sequence[Any], params: Mapping[str, Json], _rate: int, files: Sequence[Path], path: Path) -> Json:
    held = held_of(inputs, params)
    gain = held["gain"][""] if "gain" in held else None
    found, surveys, before = ([*held.get(kind, {}).values()] for kind in ("measure", "survey", "before"))
    tracks = compared(params["tracks"], found, surveys, before, gain)
    measured = {"album": held["album"][""], "tracks": tracks, "delivered": held.get("delivered", {})}
    measured["files"] = {name: file.facts for name, file in held["file"].items()}
    aims = params["aims"]
    faults = checks.measure_album(_judged(aims), Song.model_construct(title=""), measured)
    whole = aims["loudness"]["album"] if aims["loudness"] is not None else None
    wrong = {fault.path for fault in faults}
    fine = {} if whole is None else {"integrated_lufs": ("loudness",) not in wrong}
    if aims["ceiling"] is not None:
        fine["true_peak_dbtp"] = ("ceiling",) not in wrong
    asked = {"target": "", "loudness": whole, "ceiling": aims["ceiling"]}
    facts = AlbumFacts(
        head=head_from(params, files, "Album"),
        master=replace(drawn("", asked, measured["album"], held["curves"][""]), fine=fine),
        tracks=[*_tracks(tracks, params, faults)],
        files=files_from(held, params, faults),
        warnings=notices_from(params, faults),
        gain_db=gain,
        disc=params["disc"],
        remarks=remarks_from(params),
    )
    path.write_text(album_page(facts), encoding="utf-8", newline="\n")
    return {"warnings": len(facts.warnings)}


def _tracks(
    tracks: Sequence[Mapping[str, Any]], params: Mapping[str, Json], faults: Sequence[Fault]
) -> Iterable[Track]:
    wanted = params["aims"]["loudness"] or {}
    for place, (track, where) in enumerate(zip(tracks, params["places"], strict=True)):
        own = params["aims"]["tracks"][place]
        yield Track(
            number=track["number"],
            title=track["title"],
            start_s=track["start_s"],
            length_s=track["length_s"],
            audio_s=tuple(where["sound"]),
            join=where["join"],
            isrc=track["isrc"] or "",
            measured=track,
            loudness=None if wanted.get("tracks") is None else wanted["tracks"] if own is None else own,
            offsets=track["octave_offsets_db"],
            index=tuple(where["index"]),
            wrong=[fault.message for fault in faults if fault.path[:2] == ("songs", place)],
        )


def _judged(aims: Mapping[str, Json]) -> Album:
    """An album that says what it aims at: the rules that need the audio look at nothing else."""
    tracks = [AlbumTrack.model_construct(loudness=own) for own in aims["tracks"]]
    wanted = AlbumLoudness.model_construct(**aims["loudness"]) if aims["loudness"] is not None else None
    return Album.model_construct(title="", songs=tracks, loudness=wanted, ceiling=aims["ceiling"])


ALBUM = Recipe("report.album", 2, "file", _album)
"""The page of an album.  Params: head, tracks, places, aims, disc, open notes, inputs, forms, notices."""
