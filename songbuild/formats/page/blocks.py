"""The parts that the pages of songs and albums share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from songbuild.formats.page.facts import File, Head, Master, Notice
from songbuild.formats.page.markup import NONE, bytes_of, clock, escape, number, table, verdict
from songbuild.formats.page.style import STYLE

READINGS = (
    ("integrated_lufs", "Integrated loudness", "LUFS", 1),
    ("short_term_max_lufs", "Short-term, highest", "LUFS", 1),
    ("momentary_max_lufs", "Momentary, highest", "LUFS", 1),
    ("lra_lu", "Loudness range, LRA", "LU", 1),
    ("true_peak_dbtp", "True peak", "dBTP", 2),
    ("sample_peak_dbfs", "Sample peak", "dBFS", 2),
    ("plr_lu", "True peak to loudness, PLR", "LU", 1),
    ("psr_lu", "True peak to short-term, PSR, least", "LU", 1),
    ("correlation_min", "Correlation, least", "", 2),
    ("correlation_mean", "Correlation, mean", "", 2),
)
"""(name, words, unit, digits) of what a meter says."""
CARDS = (
    ("integrated_lufs", "integrated", "LUFS", 1),
    ("true_peak_dbtp", "true peak", "dBTP", 2),
    ("short_term_max_lufs", "short-term max", "LUFS", 1),
    ("lra_lu", "loudness range", "LU", 1),
    ("plr_lu", "peak to loudness", "LU", 1),
)
"""What stands at the head of a page."""
_METHOD = (
    "Loudness and true peak by ITU-R BS.1770-5, EBU Tech 3341 and Tech 3342, with a reading every 10 ms, at the end of "
    "its window; a surface holds all readings that fall into its column. Spectrum: power in third octaves, IEC 61260, "
    "shifted so that its mean from 100 Hz to 4 kHz is that of the usual range, which is a tilt of −2 dB an octave and "
    "no standard. Checksums: SHA-256, as in SHA256SUMS."
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(title: str, body: Iterable[str], style: str = "", policy: str = "") -> str:
    """A whole document, which is XML as well; it fetches nothing, and may fetch nothing but what `policy` adds.

    `style` is what a page has beyond the shared style.
    """
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><meta charset="utf-8"/>',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}{policy}"/>',
            '<meta name="viewport" content="width=device-width, initial-scale=1"/><link rel="icon" href="data:,"/>',
            f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head><body><main>",
            *body,
            "</main></body></html>\n",
        ]
    )


def heading(head: Head, wrong: int) -> Iterator[str]:
    """Picture, title, artist, and whether anything is wrong."""
    yield "<header>"
    if head.picture is not None and head.picture.data:
        yield f'<img src="{head.picture.data}" alt="Artwork" title="{escape(head.picture.title)}"/>'
    elif head.picture is not None:
        yield f'<div class="blank">{escape(head.picture.trouble)}</div>'
    yield f'<div><p class="kind">{escape(head.kind)}</p><h1>{escape(head.title)}</h1>'
    yield f'<p class="by">{escape(head.artist)}</p>' if head.artist else ""
    said = f"▲ {wrong} warning{'s' if wrong != 1 else ''}" if wrong else "✓ nothing to warn of"
    yield f'<span class="state {"bad" if wrong else "ok"}">{said}</span></div></header>'


def cards(length_s: float, measured: Mapping[str, float | None]) -> Iterator[str]:
    """The figures that matter most."""
    yield f'<div class="cards"><div><b>{clock(length_s)}</b><span>length</span></div>'
    for name, words, unit, digits in CARDS:
        value = number(measured.get(name), digits)
        yield f"<div><b>{value} <i>{unit}</i></b><span>{words}</span></div>"
    yield "</div>"


def readings(masters: Sequence[Master], names: Sequence[str]) -> Iterator[str]:
    """What a meter says of each master, beside what it aims at."""
    yield from table(["", *names], _rows(masters), "figures")


def _rows(masters: Sequence[Master]) -> Iterator[list[str]]:
    aims = {
        "integrated_lufs": [each.loudness for each in masters],
        "true_peak_dbtp": [each.ceiling for each in masters],
    }
    words = {"integrated_lufs": "target", "true_peak_dbtp": "ceiling"}
    if any(each.target for each in masters):
        yield ["Delivery target", *(escape(each.target) or NONE for each in masters)]
    for name, row, unit, digits in READINGS:
        cells = []
        for master, aim in zip(masters, aims.get(name, [None] * len(masters)), strict=True):
            cell = f"{number(master.measured.get(name), digits)} {unit}".rstrip()
            if aim is not None:
                cell += f"<small>{words[name]} {number(aim, 1)}</small>"
            if name in master.fine:
                cell += f" {verdict(master.fine[name])}"
            cells.append(cell)
        yield [row, *cells]


def files(made: Sequence[File]) -> Iterator[str]:
    """The delivered files, each with its checksum and with what is wrong with it."""
    heads = ["File", "Format", "Size", "Length", "Integrated", "True peak", "Decoded"]
    yield "<h2>Files <small>loudness and true peak of lossy files are those of the file, decoded</small></h2>"
    yield from table(heads, _files(made), "figures files")


def _files(made: Sequence[File]) -> Iterator[list[str]]:
    for file in made:
        found = file.measured or {}
        length = NONE if file.frames is None else f"{_length(file)} <small>{file.frames:,}</small>".replace(",", " ")
        yield [
            escape(file.name),
            escape(file.form),
            bytes_of(file.size),
            length,
            f"{number(found['integrated_lufs'], 1)} LUFS" if found else NONE,
            f"{number(found['true_peak_dbtp'], 2)} dBTP" if found else NONE,
            _decoded(file),
        ]
        wrong = "".join(f'<br/><span class="bad">▲</span> {escape(each)}' for each in file.wrong)
        yield [f'<span class="sum">{file.sha256}</span>{wrong}']


def _length(file: File) -> str:
    """Its length to the millisecond: '3:25.104'."""
    assert file.frames is not None
    assert file.rate is not None
    ms = round(file.frames * 1000 / file.rate)
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def _decoded(file: File) -> str:
    """How the sound of a lossy file lies beside that of the master."""
    found = file.measured or {}
    if not file.lossy or "delay_samples" not in found:
        return NONE
    late, missing = found["delay_samples"], found["frames"] - found["expected_frames"]
    delay = "delay –" if late is None else f"delay {number(late, 0)}"
    same = f"length {number(missing, 0, signed=True)}" if missing else "length exact"
    return f"{delay}, {same} {verdict(not late and not missing)}"


def notices(found: Sequence[Notice]) -> Iterator[str]:
    """What the checks warn of."""
    if not found:
        return
    yield '<h2>Warnings</h2><ul class="notes">'
    for each in found:
        hint = f"<small>{escape(each.hint)}</small>" if each.hint else ""
        yield f"<li><code>{escape(each.code)}</code>{escape(each.message)}{hint}</li>"
    yield "</ul>"


def pairs(title: str, rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A table of what and what it is."""
    if rows:
        yield f'<div><h2>{escape(title)}</h2><div class="scroll"><table class="pairs"><tbody>'
        yield from (f'<tr><th scope="row">{escape(what)}</th><td>{escape(text)}</td></tr>' for what, text in rows)
        yield "</tbody></table></div></div>"


def closing(head: Head) -> Iterator[str]:
    """Metadata, credits, and what the figures mean."""
    yield '<div class="pair">'
    yield from pairs("Metadata", head.about)
    yield from pairs("Credits", head.credits)
    yield f"</div><footer><p>{_METHOD}</p><p>Made by songbuild.</p></footer>"
