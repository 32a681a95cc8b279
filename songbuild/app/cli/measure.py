"""songbuild measure"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from songbuild.app.cli.options import json_option
from songbuild.app.cli.show import emit, exit_code, print_problems

if TYPE_CHECKING:
    from songbuild.api import Measured
    from songbuild.problems import Problem

CURVES = ("momentary", "short-term", "psr", "correlation")
READINGS = (
    ("integrated_lufs", "integrated", "I", "LUFS", 1),
    ("momentary_max_lufs", "momentary max", "M max", "LUFS", 1),
    ("short_term_max_lufs", "short-term max", "S max", "LUFS", 1),
    ("lra_lu", "range", "LRA", "LU", 1),
    ("true_peak_dbtp", "true peak", "peak", "dBTP", 2),
    ("sample_peak_dbfs", "sample peak", "peak", "dBFS", 2),
    ("plr_lu", "PLR", "PLR", "LU", 1),
    ("psr_lu", "PSR min", "PSR", "LU", 1),
    ("correlation_min", "correlation min", "corr", "min", 2),
    ("correlation_mean", "correlation mean", "corr", "mean", 2),
)
"""(name in JSON, words, column, unit, digits for people)."""


@click.command(
    short_help="Measure the loudness and peaks of audio files.",
    epilog="\b\nExamples:\n  songbuild measure out/song.wav\n  songbuild measure out/*.flac\n"
    "  songbuild measure song.mp3 --curve short-term --curve psr > curves.csv",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option(
    "--curve",
    "curves",
    multiple=True,
    type=click.Choice(CURVES),
    help="Print this reading every 10 ms, as CSV or as part of the JSON; may be given more than once.",
)
@json_option
def measure(files: Sequence[str], curves: Sequence[str], as_json: bool) -> int:
    """Measure FILEs: WAV, AIFF, FLAC, MP3, Ogg, Opus or M4A, mono or stereo; WAV and FLAC of up to 5.1 channels.

    Integrated, momentary and short-term loudness (ITU-R BS.1770-5, EBU Tech 3341), loudness range (EBU Tech 3342), true
    peak and sample peak, PLR, PSR and correlation. A file that can't be read is an error, and the others are measured.
    """
    from songbuild import api

    curves = [name for name in CURVES if name in curves]
    problems: list[Problem] = []
    measured: list[Measured] = []
    for file in files:
        found, wrong = api.measure(file)
        problems += wrong
        if as_json:
            print_problems(wrong, as_json)
        if found is None:
            continue
        if as_json:
            with_curves = {"curves": {name: found.curve(name) for name in curves}} if curves else {}
            emit({"event": "measured", **found.facts(), **with_curves})
        elif curves:
            _print_csv(found, curves, head=not measured, named=len(files) > 1)
        measured.append(found)
    if not as_json:
        if not curves:
            for line in _list(measured[0]) if len(files) == len(measured) == 1 else _table(measured):
                click.echo(line)
        print_problems(problems)
    return exit_code(problems)


def _list(measured: Measured) -> Iterator[str]:
    """The readings of one file, a line each."""
    facts = measured.facts()
    form = f"{facts['rate_hz'] / 1000:g} kHz, {_channels(facts['channels'])}"
    yield f"{measured.file}: {_clock(measured.seconds)}, {form}"
    for name, words, column, unit, digits in READINGS:
        yield f"  {words:<17}{_number(facts[name], digits):>7} {unit if column != 'corr' else ''}".rstrip()


def _table(measured: Sequence[Measured]) -> Iterator[str]:
    """The readings of several files, a file a line under their names."""
    if not measured:
        return
    rows = [["file", "length", *(column for _, _, column, _, _ in READINGS)], ["", "", *(each[3] for each in READINGS)]]
    for each in measured:
        facts = each.facts()
        numbers = (_number(facts[name], digits) for name, _, _, _, digits in READINGS)
        rows.append([each.file, _clock(each.seconds), *numbers])
    first, *widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for file, *cells in rows:
        right = (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        yield "  ".join([f"{file:<{first}}", *right])


def _print_csv(measured: Measured, curves: Sequence[str], head: bool, named: bool) -> None:
    """Print the curves, a line every 10 ms: the time at the windows' end, and the values, empty where there is none."""
    lines = csv.writer(sys.stdout, lineterminator="\n")
    if head:
        lines.writerow([*(["file"] if named else []), "time_s", *curves])
    rows: dict[str, dict[str, float | None]] = {}
    found = {name: measured.curve(name) for name in curves}
    for name in sorted(curves, key=lambda name: float(found[name]["start_s"])):  # the earliest knows all times
        start, step = found[name]["start_s"], found[name]["step_s"]
        for place, value in enumerate(found[name]["values"]):
            rows.setdefault(f"{start + place * step:.2f}", {})[name] = value
    for time, row in rows.items():
        values = (row.get(name) for name in curves)
        shown = ("" if value is None else f"{value:z.3f}" for value in values)
        lines.writerow([*([measured.file] if named else []), time, *shown])


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:z.{digits}f}"


def _clock(seconds: float) -> str:
    """'3:30.0'."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _channels(count: int) -> str:
    return {1: "mono", 2: "stereo", 6: "5.1"}.get(count, f"{count} channels")
