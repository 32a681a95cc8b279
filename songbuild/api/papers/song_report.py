"""The delivery report of a song: a file of its build, made of what is measured and of the files beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from songbuild import checks
from songbuild.api.remarks.listing import Noted, noted
from songbuild.dsp.balance import balance, sides
from songbuild.engine import MadeFile, Node, Recipe, Source
from songbuild.engine.graph import Json
from songbuild.formats.lyrics import SUFFIXES
from songbuild.formats.page import File, Head, Mark, Master, Notice, Remark, SongFacts, song_page, thumbnail
from songbuild.formats.sums import sha256
from songbuild.model.credits import known_role
from songbuild.model.master import Master as MasterModel
from songbuild.model.master import Values, Version
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.model.targets import TARGETS
from songbuild.problems import Fault, Problem
from songbuild.problems import Path as SongPath
from songbuild.stages.context import Context
from songbuild.stages.curves import CURVES
from songbuild.stages.delivery import sums
from songbuild.stages.entries import FORMATS
from songbuild.stages.master import Mastered
from songbuild.stages.plan import Plan
from songbuild.stages.tags import song_tags, tag_sources

FILE = "report.html"
_ABOUT = (
    ("version_title", "Version"), ("album", "Album"), ("album_artist", "Album artist"), ("track_number", "Track"),
    ("disc_number", "Disc"), ("date", "Released"), ("original_date", "First released"), ("recording_date", "Recorded"),
    ("recording_place", "Recorded at"), ("genres", "Genre"), ("key", "Key"), ("bpm", "Tempo"), ("language", "Language"),
    ("explicit", "Advisory"), ("isrc", "ISRC"), ("iswc", "ISWC"), ("upc", "UPC or EAN"), ("label", "Label"),
    ("catalog_number", "Catalogue number"), ("copyright", "©"), ("phonogram", "℗"), ("comment", "Comment"),
)  # fmt: skip
"""Fields of the tags and what the page calls them."""
_NAMES = {
    "wav": "WAV", "bwf": "Broadcast WAV", "flac": "FLAC", "mp3": "MP3", "ogg": "Ogg Vorbis", "opus": "Opus",
    "aac": "AAC",
}  # fmt: skip
_DITHER = {"tpdf": "TPDF dither", "shaped": "shaped dither"}
_OTHERS = {".mid": "MIDI", ".cue": "cue sheet", ".toc": "cdrdao TOC", ".lrc": "synced lyrics", ".json": "JSON"}
_MARKED = "SHA256SUMS"

Labelled = tuple[str, str, Node]
"""An input of a report: what it is, of what, and the node."""


def with_report(planned: Plan, song: Song, folder: Path, digest: Callable[[Path], str], found: list[Problem]) -> Plan:
    """The plan with the report that the song's delivery asks for; `found` is what is known to be wrong with it."""
    if not planned.masters or "report" not in song.delivery.formats:
        return planned
    end = planned.graph.grid[-1]
    context = Context(song, planned.score, folder, end, digest)
    files = {name: node for name, node in planned.graph.outputs.items() if name != _MARKED}
    held = [*_masters(planned.masters), *(("delivered", *each) for each in planned.delivered.items())]
    held += [("file", name, node) for name, node in files.items()]
    params: dict[str, Json] = {
        "head": {**head_of(context), "seconds": end / planned.graph.rate},
        "marks": _marks(planned.score, planned.graph.rate),
        "masters": {name: _aims(master.values) for name, master in planned.masters.items()},
        "open notes": _remarks(song, planned.score, planned.graph.rate),
    }
    origins: dict[tuple[str | int, ...], SongPath] = {
        ("marks",): ("arrangement", "form"), ("masters",): ("master",), ("open notes",): ("notes",),
    }  # fmt: skip
    node = report_node(SONG, params, held, found, picture_of(context), origins)
    return replace(planned, graph=replace(planned.graph, outputs=with_file(planned.graph.outputs, node)))


def report_node(
    recipe: Recipe,
    params: Mapping[str, Json],
    held: Sequence[Labelled],
    found: Iterable[Problem],
    sources: tuple[Source, ...],
    origins: Mapping[tuple[str | int, ...], SongPath],
) -> Node:
    """The node of a report: its params say what its inputs are, what is wrong already, and what its files are."""
    notices = sorted({(each.code, each.message, each.hint or "") for each in found if each.severity == "warning"})
    shared = {
        "inputs": [[kind, name] for kind, name, _ in held],
        "forms": {name: form_of(name, node) for kind, name, node in held if kind == "file"},
        "notices": [[*each] for each in notices],
    }
    inputs = tuple(node for _, _, node in held)
    places = {("head",): (), ("forms",): ("delivery",), **origins}
    return Node(FILE, "delivery", recipe, {**params, **shared}, inputs, sources, origins=places)


def with_file(outputs: Mapping[str, Node], node: Node) -> dict[str, Node]:
    """The outputs with one more, which has a checksum beside the others'."""
    found = {name: made for name, made in outputs.items() if name != _MARKED} | {node.name: node}
    return {**found, _MARKED: sums(found)}


def curves_of(stream: Node) -> Node:
    """What is drawn of a stream."""
    return Node(f"curves of {stream.name}", "delivery", CURVES, {}, (stream,), timeline=stream.timeline)


def _masters(masters: Mapping[str, Mastered]) -> Iterable[Labelled]:
    """What measures the masters, what is drawn of them, and what of a reference moves or is drawn beside them."""
    drawn: dict[int, Node] = {}
    for name, master in masters.items():
        yield "measure", name, master.measure
        yield "curves", name, drawn.setdefault(id(master.stream), curves_of(master.stream))
        if master.matched is not None:
            if master.matched.match is not None:
                yield "reference", name, master.matched.match.inputs[1]
            if master.matched.target is not None:
                yield "target", name, master.matched.target


def _aims(values: Values) -> Json:
    target = TARGETS[values.target].title if values.target is not None else ""
    return {"target": target, "loudness": values.loudness, "ceiling": values.ceiling}


def _marks(score: Score, rate: int) -> Json:
    """The sections: name, bars, start and end in seconds."""

    def seconds(beat: Any) -> float:
        return round(score.time.frame(beat, rate) / rate, 6)

    found = []
    for each in score.sections:
        last = each.first_bar + each.bars - 1
        bars = f"bar {each.first_bar}" if each.bars == 1 else f"bars {each.first_bar}–{last}"
        found.append([each.section, bars, seconds(each.start), seconds(each.start + each.length)])
    return found


def _remarks(song: Song, score: Score, rate: int) -> Json:
    """The open notes on the music, with where they start and end in seconds."""
    found = []
    for one, where in noted(song.notes, score):
        ends = (where.start, where.stop) if where is not None else ()
        if not one.done:
            found.append(said_of(one, [round(score.time.frame(beat, rate) / rate, 6) for beat in ends] or None))
    return found


def said_of(one: Noted, time: Sequence[float] | None = None) -> Json:
    """A note as the page tells it, with where it starts and ends in seconds."""
    where = ", ".join(filter(None, (one.song, one.part, one.section, one.where.replace("-", "–"))))
    return [one.number, where, one.text, one.by, one.date, time]


def head_of(context: Context) -> dict[str, Json]:
    """What the page says of the release: title, artist, metadata and credits, the latter as [what, text]."""
    tags = song_tags(context)
    about = [[words, _words(name, tags)] for name, words in _ABOUT if tags.get(name)]
    people: dict[str, list[str]] = {}
    for role, name, instrument in tags.get("credits", []):
        people.setdefault(role, []).append(f"{name} ({instrument})" if instrument else name)
    named = [[role.capitalize() if known_role(role) else role, ", ".join(who)] for role, who in people.items()]
    return {"title": tags["title"], "artist": tags.get("artist", ""), "about": about, "credits": named}


def _words(name: str, tags: Mapping[str, Any]) -> str:
    value, total = tags[name], tags.get(name.replace("_number", "_total"))
    if name.endswith("_number") and total and name in ("track_number", "disc_number"):
        return f"{value} of {total}"
    if name == "bpm":
        return f"{value:g} bpm"
    return ", ".join(value) if isinstance(value, list) else str(value)


def picture_of(context: Context) -> tuple[Source, ...]:
    """The artwork."""
    return tuple(each for each in tag_sources(context) if each.path.suffix.lower() not in SUFFIXES)


def form_of(name: str, node: Node) -> Json:
    """What a file is: in words, its sample rate, whether it is lossy; the rate is null where it has no sound."""
    kind, params = node.recipe.id.rpartition(".")[2], node.params
    if kind not in FORMATS:
        place = PurePosixPath(name)
        return [
            _OTHERS.get(place.suffix, "DDP 2.00" if "ddp" in place.parts else place.suffix[1:].upper()),
            None,
            False,
        ]
    bits, dither = params.get("bits"), params.get("dither")
    said = [_NAMES[kind], f"{params['rate'] / 1000:g} kHz"]
    said += [f"{bits} bit{' float' if bits == 32 else ''}"] if bits is not None else []
    said += [_DITHER[dither]] if dither in _DITHER else []
    said += [f"{params['kbps']} kbps"] if params.get("kbps") is not None else []
    said += [f"quality {params['quality']:g}"] if params.get("quality") is not None else []
    return [", ".join(said), params["rate"], FORMATS[kind].lossy]


# What runs when the page is made.


def held_of(inputs: Sequence[Any], params: Mapping[str, Json]) -> dict[str, dict[str, Any]]:
    """The inputs by what they are and of what."""
    held: dict[str, dict[str, Any]] = {}
    for (kind, name), value in zip(params["inputs"], inputs, strict=True):
        held.setdefault(kind, {})[name] = value
    return held


def head_from(params: Mapping[str, Json], files: Sequence[Path], kind: str) -> Head:
    """The head of the page."""
    said = params["head"]
    picture = thumbnail(files[0]) if files else None
    about, people = ([(what, text) for what, text in said[key]] for key in ("about", "credits"))
    return Head(said["title"], said["artist"], kind, said["seconds"], about, people, picture)


def notices_from(params: Mapping[str, Json], faults: Iterable[Fault]) -> list[Notice]:
    """All that is to be warned of: what was known before, and what the audio has shown."""
    before = [Notice(code, message, hint or None) for code, message, hint in params["notices"]]
    return [*before, *(Notice(fault.code, fault.message, fault.hint) for fault in faults)]


def remarks_from(params: Mapping[str, Json]) -> list[Remark]:
    """The open notes on the music."""
    said: list[list[Any]] = params["open notes"]
    return [
        Remark(number, where, text, by, date, (time[0], time[1]) if time else None)
        for number, where, text, by, date, time in said
    ]


def files_from(
    held: Mapping[str, Mapping[str, Any]], params: Mapping[str, Json], faults: Sequence[Fault]
) -> list[File]:
    """The delivered files; a fault that names one stands beside it, too."""
    made: list[File] = []
    heard = {**held.get("heard", {}), **held.get("delivered", {})}
    for name, file in held["file"].items():
        assert isinstance(file, MadeFile)
        form, rate, lossy = params["forms"][name]
        said = f"{name}: "
        wrong = [fault.message.removeprefix(said) for fault in faults if fault.message.startswith(said)]
        frames = file.facts.get("frames") if rate is not None else None
        measured = heard.get(name)
        made.append(File(name, form, file.size, sha256(file.path), frames, rate, measured, lossy, wrong))
    return made


def drawn(name: str, aims: Mapping[str, Json], measured: Mapping[str, Any], curves: Mapping[str, Any]) -> Master:
    """A master with what is drawn of it."""
    mid, side = curves["mid_db"], curves["side_db"]
    shape = balance(mid, side)
    made = Master(name, aims["target"], aims["loudness"], aims["ceiling"], measured, curves)
    return replace(made, balance_db=shape, sides=sides(mid, side))


def _song(inputs: Sequence[Any], params: Mapping[str, Json], _rate: int, files: Sequence[Path], path: Path) -> Json:
    held = held_of(inputs, params)
    song = _judged(params["masters"])
    own, versions = held["measure"][""], {name: each for name, each in held["measure"].items() if name}
    targets = held.get("target", {})
    measured = {"master": own, "versions": versions, "targets": targets, "delivered": held.get("delivered", {})}
    measured["files"] = {name: file.facts for name, file in held["file"].items()}
    faults = checks.measure(song, measured)
    masters = [_master(name, aims, held, faults) for name, aims in params["masters"].items()]
    marks = [Mark(*each) for each in params["marks"]]
    head = head_from(params, files, "Song")
    facts = SongFacts(
        head, marks, masters, files_from(held, params, faults), notices_from(params, faults), remarks_from(params)
    )
    path.write_text(song_page(facts), encoding="utf-8", newline="\n")
    return {"warnings": len(facts.warnings)}


def _judged(masters: Mapping[str, Json]) -> Song:
    """A song that says of its masters what they aim at: the rules that need the audio look at nothing else."""
    aims = {name: {"loudness": each["loudness"], "ceiling": each["ceiling"]} for name, each in masters.items()}
    versions = {name: Version.model_construct(**aim) for name, aim in aims.items() if name}
    return Song.model_construct(title="", master=MasterModel.model_construct(**aims[""], versions=versions))


def _master(name: str, aims: Mapping[str, Json], held: Mapping[str, Any], faults: Sequence[Fault]) -> Master:
    """A master, with the verdicts of the rules."""
    loudness = held.get("target", {}).get(name, aims["loudness"])
    made = drawn(name, {**aims, "loudness": loudness}, held["measure"][name], held["curves"][name])
    path = ("master", "versions", name) if name else ("master",)
    wrong = {fault.path for fault in faults}
    fine = {"true_peak_dbtp": (*path, "ceiling") not in wrong}
    if loudness is not None:
        fine["integrated_lufs"] = (*path, "loudness") not in wrong
    reference = held.get("reference", {}).get(name)
    if reference is None:
        return replace(made, fine=fine)
    shape = balance(reference["mid_db"], reference["side_db"])
    return replace(made, fine=fine, reference_db=shape)


SONG = Recipe("report.song", 2, "file", _song)
"""The page of a song.  Params: head, marks, masters, open notes, inputs, forms, notices."""
