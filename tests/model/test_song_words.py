"""Lines of lyrics with the times of the score, and who is credited."""

from __future__ import annotations

import pytest

from songbuild import api
from songbuild.model.credits import credited, known_role, names, role_meant, shares
from songbuild.model.words import plain, singer, sung

SINGING = """\
title: Sung
tempo: 120
composition:
  patterns:
    verse:
      notes: "c4:4 d e f | g:2 a | c4:4 d e:2"
      lyrics: "Leave a light, it's | late; fol- | low the moon"
    refrain: {notes: "c4:2 d | e:2 f:4 g", lyrics: "home __ a- gain, home"}
    oohs: {notes: "c3:1", lyrics: "ooh"}
arrangement:
  tracks: {lead: voice, choir: voice}
  sections:
    v: {bars: 3, parts: {lead: verse, choir: oohs}}
    r: {bars: 2, parts: {lead: refrain, choir: oohs}}
  form: [v, r]
"""


@pytest.fixture
def score(write_song):
    loaded = api.load(write_song({"song.yaml": SINGING}))
    assert loaded.score is not None, loaded.problems
    return loaded.score


def test_lines_begin_with_sections_stops_and_rests(score):
    assert singer(score) == "lead"
    lines = sung(score, "lead")
    assert [(line.ms, line.text, line.section) for line in lines] == [
        (0, "Leave a light, it's late;", "v#1"),
        (3000, "follow the moon", "v#1"),
        (6000, "home again, home", "r#1"),
    ]
    assert plain(lines) == "Leave a light, it's late;\nfollow the moon\n\nhome again, home"


def test_a_rest_begins_a_line(write_song):
    text = SINGING.replace('"c4:2 d | e:2 f:4 g"', '"c4:4 r:2 d:4 | r:4 e:4 f g"').replace(
        "home __ a- gain", "home a- gain"
    )
    score = api.load(write_song({"song.yaml": text})).score
    assert [line.text for line in sung(score, "lead")][2:] == ["home", "again, home"]


def test_a_track_that_does_not_sing_has_no_lines(score):
    assert sung(score, "nobody") == ()
    assert plain(()) == ""


def test_lines_follow_the_tempo(write_song):
    score = api.load(
        write_song({"song.yaml": SINGING.replace("tempo: 120", "tempo: [{at: 1, bpm: 120}, {at: 3, bpm: 60}]")})
    ).score
    assert [line.ms for line in sung(score, "lead")] == [0, 3000, 8000]


CREDITS = """\
title: C
credits:
  Music: {name: Ann, share: 50%, ipi: "123456789", pro: PRS}
  words: [{name: Bo, share: 0.25}, Cy]
  publisher: [{name: Small Hours, share: 25%}]
  performers: [{name: Ann, instrument: oboe}, {name: Bo}]
  hair: Di
"""


def test_credits_take_names_and_records(write_song):
    song = api.load(write_song({"song.yaml": CREDITS})).song
    assert [(role, person.name, person.instrument) for role, person in credited(song.credits)] == [
        ("composer", "Ann", None),
        ("lyricist", "Bo", None),
        ("lyricist", "Cy", None),
        ("publisher", "Small Hours", None),
        ("performer", "Ann", "oboe"),
        ("performer", "Bo", None),
        ("hair", "Di", None),
    ]
    assert names(song.credits, "composer", "lyricist", "performer") == ["Ann", "Bo", "Cy"]
    assert shares(song.credits) == {"writer": [0.5, 0.25], "publisher": [0.25]}
    assert song.credits["Music"][0].ipi == "00123456789"


@pytest.mark.parametrize(
    ("text", "role"),
    [("Written_By", "songwriter"), ("mix engineer", "mixer"), ("producers", "producer"), ("Lyrics", "lyricist"),
     ("mastering-engineer", "mastering engineer"), ("hair", None)],
)  # fmt: skip
def test_roles_have_other_names(text, role):
    assert (found := known_role(text)) is None or found.name == role
    assert bool(found) == (role is not None)


def test_a_misspelt_role_is_guessed_and_a_strange_one_left_alone():
    assert role_meant("composr") == "composer"
    assert role_meant("prodcer") == "producer"
    assert [role_meant(role) for role in ("composer", "hair", "oboe", "vocals", "artwork", "drums")] == [None] * 6
