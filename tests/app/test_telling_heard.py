"""What is heard, on a terminal, as Markdown and as data."""

from __future__ import annotations

import json

import click
import jsonschema
import pytest

from songbuild.app.telling import heard as telling
from songbuild.app.telling.heard_plain import plain
from songbuild.app.telling.schema import SCHEMA
from songbuild.diff.change import Bars
from songbuild.diff.heard import NOTHING, Clip, Heard, Place, Reading, Span, Stream, Stretch

BEFORE = Reading(-14.04, -1.0, 6.0, (-20.0, -18.0, -22.0, None), -12.0, 0.9)
AFTER = Reading(-12.5, -0.96, 6.0, (-18.5, -16.5, -20.5, None), -12.0, 0.9)
OLD, NEW = (Span(0.0, 4.0, Bars(1, 2, "verse#1", side)) for side in ("old", "new"))
LATER = Span(4.0, 8.0, Bars(3, 4, "verse#2", "new"))
WHOLE = Stretch("", OLD, LATER, False, BEFORE, AFTER, -14.5, -130.0, (NEW.bars,))
SECTIONS = (
    Stretch("verse 1", OLD, NEW, False, BEFORE, AFTER, -14.5, -130.0, (NEW.bars,)),
    Stretch("verse | 2", None, LATER, False, NOTHING, AFTER),
)
HEARD = Heard(
    (
        Stream("master", "master", False, WHOLE, SECTIONS, Place(1, 1.0, 0.25)),
        Stream("lead_vocal", "track", False, WHOLE, SECTIONS, Place(1, 1.0, 0.25)),
        Stream("drums", "track", same=True),
    ),
    (Clip("verse 1, bars 1-2", NEW.bars, 4.0, "before-1.flac", "after-1.flac", 0.0, -1.54),),
    ("before: keys: the plugin isn't installed",),
)


def test_the_terminal_has_sentences_a_table_and_clips() -> None:
    lines = [line.rstrip() for line in telling.terminal(HEARD)]
    assert lines[2:6] == [
        "  master: first heard at bar 1, beat 1 (0:00.2)",
        "  master and lead vocal: 1.5 LU louder",
        "  master, verse | 2: added, -12.5 LUFS",
        "  unchanged: drums",
    ]
    assert "  before: keys: the plugin isn't installed" in lines
    table = [" ".join(line.split()) for line in lines if "dB" in line and "->" in line]
    assert table == [
        "master -14.0 -> -12.5 -1.0 -14.5 dB below -120 dB",
        "verse 1 -14.0 -> -12.5 -1.0 -14.5 dB below -120 dB",
        "lead vocal -14.0 -> -12.5 -1.0 -14.5 dB below -120 dB",
    ]
    assert any(line.split() == ["verse", "|", "2", "(new)", "-12.5", "-1.0", "-", "-"] for line in lines)
    assert lines[-1] == "  listen: before-1.flac, after-1.flac (verse 1, bars 1-2)"


def test_full_has_every_section_and_the_tone() -> None:
    lines = [" ".join(line.split()) for line in telling.terminal(HEARD, full=True)]
    assert sum(line.startswith("verse 1 ") for line in lines) == 2
    assert any(line.endswith("lows +1.5 dB, low mids +1.5 dB, mids +1.5 dB") for line in lines)


def test_markdown_is_a_table_that_no_name_breaks() -> None:
    lines = [*telling.markdown(HEARD)]
    table = [line.replace(r"\|", "") for line in lines if line.startswith("|")]
    assert len(table) == 6
    assert {line.count("|") for line in table} == {6}
    assert "- unchanged: drums" in lines


def test_an_albums_songs_have_a_head_each() -> None:
    album = Heard(songs={"one": HEARD, "two": HEARD})
    assert [click.unstyle(line) for line in telling.terminal(album) if "heard:" in line] == ["heard: one", "heard: two"]


@pytest.mark.parametrize("heard", [HEARD, Heard(), Heard(songs={"one": HEARD})])
def test_data_is_as_the_schema_says(heard: Heard) -> None:
    data = json.loads(json.dumps(plain(heard), allow_nan=False))
    schema = {"$ref": "#/$defs/heard", "$defs": SCHEMA["$defs"]}
    jsonschema.Draft202012Validator(schema).validate(data)
    if heard.streams:
        assert data["streams"][0]["sections"][0]["before"]["loudness_lufs"] == -14.04
        assert data["clips"][0]["bars"] == {"first": 1, "last": 2, "section": "verse#1", "side": "new"}
