"""What a merge of manifests comes to, edit by edit."""

from __future__ import annotations

import pytest

from songbuild.manifest.merge import Merged, merge
from songbuild.manifest.source import Source, decode
from songbuild.manifest.yaml_reader import read_yaml

MIX = """\
# the console
channels:
  bass:
    inserts:
      - eq/bass
      - compressor: {threshold_db: -30, ratio: 3, name: duck}   # pumps
    gain_db: -2.5
  # two hands
  keys: {gain_db: -11, pan: 15L, sends: {hall: -16}}

  pad: {gain_db: -3}   # far away
buses:
  low: {gain_db: 0}
"""
SONG = """\
title: T
composition:
  patterns:
    riff: "c4:4 e g e | d f a f"
    beat: {grid: 16, kick: "x--- x---", hat: 'x-x- x-x-'}
arrangement:
  tracks: {bass: bass, keys: fm_piano}
  sections:
    verse: {bars: 2, parts: {bass: riff, keys: "c4:1 | d:1"}}
    chorus:
      bars: 4
      parts:
        bass: "c3:4 c c c | d:4 d d d | e:4 e e e |
          f:1"
  form: [verse x2, chorus, verse, chorus]
"""


def edited(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def merged(base: str, ours: tuple[str, str], theirs: tuple[str, str], name: str = "song.yaml") -> Merged:
    """The merge of one change each."""
    return merge(base, edited(base, ours), edited(base, theirs), name)


def said(found: Merged) -> list[str]:
    return [str(conflict) for conflict in found.conflicts]


CLEAN = {
    "two parameters of one line": (MIX, [("-30", "-28")], [("ratio: 3", "ratio: 4")]),
    "a value and the comment beside it": (MIX, [("-30", "-28")], [("pumps", "breathes")]),
    "a value and the comment above it": (MIX, [("-11", "-9")], [("# two hands", "# one hand")]),
    "a channel put in and another one changed": (
        MIX,
        [("  # two hands", "  harp:\n    pan: 20R\n  # two hands")],
        [("-11", "-9")],
    ),
    "an insert put in and its neighbour changed": (
        MIX,
        [("- eq/bass\n", "- eq/bass\n      - gain: {gain_db: 1}\n")],
        [("-30", "-28")],
    ),
    "a key put into brackets at either end": (
        MIX,
        [("{gain_db: -11", "{mute: true, gain_db: -11")],
        [("-16}}", "-16, echo: -9}}")],
    ),
    "one channel gone, another one changed": (MIX, [("  pad: {gain_db: -3}   # far away\n", "")], [("-11", "-9")]),
    "bars of one string": (SONG, [("e:4 e e e", "e:4 e g e")], [("          f:1", "          g:1")]),
    "rows of one grid": (SONG, [("x--- x---", "x--- x-o-")], [("'x-x- x-x-'", "'x-x- x-xx'")]),
    "the form and a section": (SONG, [("chorus, verse,", "chorus, bridge, verse,")], [("bars: 4", "bars: 8")]),
    "a section's playing repeated, another one varied": (
        SONG,
        [("verse x2", "verse x3")],
        [("verse, chorus]", "verse, {chorus: {bass: null}}]")],
    ),
}


@pytest.mark.parametrize("case", CLEAN)
def test_edits_of_different_things_merge(case: str) -> None:
    base, ours, theirs = CLEAN[case]
    wanted = edited(base, *ours, *theirs)
    for first, second in ((ours, theirs), (theirs, ours)):
        found = merge(base, edited(base, *first), edited(base, *second), "song.yaml")
        assert said(found) == []
        assert found.text == wanted


CONFLICTS = {
    "a parameter": (MIX, ("-30", "-28"), ("-30", "-26"), "bass duck threshold_db: ours -28, theirs -26 (was -30)"),
    "a bar of a section": (
        SONG,
        ("e:4 e e e", "e:4 e g e"),
        ("e:4 e e e", "e:4 e a e"),
        "chorus bar 3, bass: both changed",
    ),
    "a bar of a pattern": (SONG, ("d f a f", "d f a g"), ("d f a f", "d f a e"), "riff, bar 2: both changed"),
    "deleted and changed": (
        MIX,
        ("  pad: {gain_db: -3}   # far away\n", ""),
        ("gain_db: -3}", "gain_db: -4}"),
        "pad: ours deleted it, theirs changed it",
    ),
    "changed and deleted": (
        MIX,
        ("gain_db: -3}", "gain_db: -4}"),
        ("  pad: {gain_db: -3}   # far away\n", ""),
        "pad: theirs deleted it, ours changed it",
    ),
    "deleted and commented on": (
        MIX,
        ("  pad: {gain_db: -3}   # far away\n", ""),
        ("# far away", "# farther away"),
        "pad: ours deleted it, theirs commented on it",
    ),
    "sections at one place": (
        SONG,
        ("verse, chorus]", "verse, bridge, chorus]"),
        ("verse, chorus]", "verse, break, chorus]"),
        "form: both added something after verse",
    ),
    "inserts at one place": (
        MIX,
        ("- eq/bass\n", "- eq/bass\n      - gain: {gain_db: 1}\n"),
        ("- eq/bass\n", "- eq/bass\n      - highpass: {cutoff_hz: 30}\n"),
        "bass inserts: both added something after eq",
    ),
    "a comment": (MIX, ("# two hands", "# one hand"), ("# two hands", "# no hand"), "keys: both changed the comment"),
    "names": (MIX, ("  pad:", "  air:"), ("  pad:", "  sky:"), "pad: ours renamed it 'air', theirs 'sky'"),
}


@pytest.mark.parametrize("case", CONFLICTS)
def test_what_both_changed_is_named_and_marked(case: str) -> None:
    base, ours, theirs, words = CONFLICTS[case]
    found = merged(base, ours, theirs)
    assert said(found) == [words]
    lines = found.text.splitlines()
    assert [line for line in lines if line.startswith(("<<<<<<<", "=======", ">>>>>>>"))] == [
        "<<<<<<< ours",
        "=======",
        ">>>>>>> theirs",
    ]
    start, middle, end = (lines.index(mark) for mark in ("<<<<<<< ours", "=======", ">>>>>>> theirs"))
    assert found.conflicts[0].line == start + 1
    for kept, text in (
        (lines[start + 1 : middle], edited(base, ours)),
        (lines[middle + 1 : end], edited(base, theirs)),
    ):
        taken = [*lines[:start], *kept, *lines[end + 1 :]]
        assert list(filter(None, taken)) == list(filter(None, text.splitlines()))
    assert end - start <= 6


def test_one_line_holds_what_merged_and_what_didn_t() -> None:
    base = "keys: {gain_db: -11, pan: 15L, mute: false}\n"
    ours, theirs = edited(base, ("-11", "-10"), ("15L", "20L")), edited(base, ("-11", "-12"), ("false", "true"))
    assert merge(base, ours, theirs).text == (
        "<<<<<<< ours\nkeys: {gain_db: -10, pan: 20L, mute: true}\n"
        "=======\nkeys: {gain_db: -12, pan: 20L, mute: true}\n>>>>>>> theirs\n"
    )


def test_only_the_line_of_a_long_string_that_clashes_is_marked() -> None:
    found = merged(SONG, ("          f:1", "          g:1"), ("          f:1", "          a3:1"))
    assert said(found) == ["chorus bar 4, bass: both changed"]
    assert '<<<<<<< ours\n          g:1"\n=======\n          a3:1"\n>>>>>>> theirs\n' in found.text


def test_edits_follow_a_rename_and_so_does_what_uses_the_name() -> None:
    ours = edited(SONG, ("riff: ", "lick: "), ("bass: riff", "bass: lick"))
    theirs = edited(SONG, ("d f a f", "d f a g"), ('keys: "c4:1 | d:1"', "keys: riff"))
    wanted = edited(ours, ("d f a f", "d f a g"), ('keys: "c4:1 | d:1"', "keys: lick"))
    for left, right, side in ((ours, theirs, "ours"), (theirs, ours, "theirs")):
        found = merge(SONG, left, right)
        assert found.text == wanted
        assert said(found) == []
        assert found.notes == (f"{side} renamed pattern 'riff' to 'lick': other files may still say 'riff'",)


def test_a_name_and_its_value_changed_at_once() -> None:
    ours = edited(SONG, ("    chorus:\n      bars: 4", "    hook:\n      bars: 8"))
    found = merge(SONG, ours, edited(SONG, ("e:4 e e e", "e:4 e g e")))
    assert (said(found), found.text) == ([], edited(ours, ("e:4 e e e", "e:4 e g e")))


def test_a_name_that_still_means_something_isn_t_followed() -> None:
    ours = edited(SONG, ("riff: ", "lick: "))
    theirs = edited(SONG, ('keys: "c4:1 | d:1"', "keys: riff"))
    found = merge(SONG, ours, theirs)
    assert "keys: riff" in found.text
    assert len(found.notes) == 1


def test_a_name_is_followed_where_only_one_side_touched_its_home() -> None:
    ours = edited(SONG, ("riff: ", "lick: "), ("bass: riff", "bass: lick"))
    theirs = edited(SONG, ('          f:1"', '          f:1"\n        keys: [riff x2, beat]'))
    wanted = edited(ours, ('          f:1"', '          f:1"\n        keys: [lick x2, beat]'))
    assert merge(SONG, ours, theirs).text == merge(SONG, theirs, ours).text == wanted


def test_sections_and_tracks_are_followed() -> None:
    ours = edited(SONG, ("    chorus:", "    hook:"), ("chorus, verse, chorus", "hook, verse, hook"))
    theirs = edited(SONG, ("verse, chorus]", "verse, chorus, chorus x2, {chorus: {bass: null}}]"))
    found = merge(SONG, ours, theirs)
    assert "form: [verse x2, hook, verse, hook, hook x2, {hook: {bass: null}}]" in found.text
    base = "tracks: {bass: bass, keys: pad}\nsections:\n  a: {bars: 1, parts: {bass: x}}\n  b: {bars: 1}\n"
    ours = edited(base, ("{bass: bass", "{low: bass"), ("{bass: x", "{low: x"))
    theirs = edited(base, ("  b: {bars: 1}", "  b: {bars: 1, parts: {bass: y}}"))
    assert merge(base, ours, theirs).text == edited(ours, ("  b: {bars: 1}", "  b: {bars: 1, parts: {low: y}}"))


def test_one_layout_or_the_other_stays() -> None:
    lines = edited(
        MIX,
        (
            "keys: {gain_db: -11, pan: 15L, sends: {hall: -16}}",
            "keys:\n    gain_db: -11\n    pan: 15L\n    sends: {hall: -16}",
        ),
    )
    new = edited(MIX, ("pan: 15L, ", "mute: true, "))
    for left, right in ((lines, new), (new, lines)):
        text = merge(MIX, left, right).text
        assert "  keys: \n    gain_db: -11\n    mute: true\n    sends: {hall: -16}\n".replace("keys: ", "keys:") in text
    one_line = edited(MIX, ("low: {gain_db: 0}", "low:\n    gain_db: 0"))
    again = merge(one_line, MIX, edited(one_line, ("gain_db: 0", "gain_db: 0\n    pan: 20L")))
    assert "  low: {gain_db: 0, pan: 20L}\n" in again.text


def test_another_indentation_on_one_side() -> None:
    wide = "".join(f"  {line}" if line.startswith(" ") else line for line in MIX.splitlines(keepends=True))
    new = edited(MIX, ("-30", "-28"), ("  # two hands", "  harp:\n    pan: 20R\n  # two hands"))
    wanted = edited(wide, ("-30", "-28"), ("    # two hands", "    harp:\n      pan: 20R\n    # two hands"))
    assert merge(MIX, wide, new).text == merge(MIX, new, wide).text == wanted


def test_nothing_left_of_a_mapping_is_an_empty_one() -> None:
    base = "master: 1\nbuses:\n  a: {pan: 1L}\n  b: {pan: 1R}\n"
    found = merge(base, base.replace("  a: {pan: 1L}\n", ""), base.replace("  b: {pan: 1R}\n", ""))
    assert found.text == "master: 1\nbuses: {}\n"


def test_an_edit_follows_what_was_moved() -> None:
    base = "bands: [{freq_hz: 100, q: 1}, {freq_hz: 300, q: 2}, {freq_hz: 900, q: 3}]\n"
    ours = "bands: [{freq_hz: 900, q: 3}, {freq_hz: 100, q: 1}, {freq_hz: 300, q: 2}]\n"
    for left, right in ((ours, edited(base, ("q: 3", "q: 5"))), (edited(base, ("q: 3", "q: 5")), ours)):
        assert merge(base, left, right).text == edited(ours, ("q: 3", "q: 5"))


def test_only_the_lines_that_differ_are_marked() -> None:
    base = "comp:\n  - region: t 1-2\n    gain_db: 1\n    nudge: 2\n"
    found = merge(base, edited(base, ("region: t 1-2\n    ", "")), edited(base, ("t 1-2", "t2 1-2")))
    assert said(found) == ["comp 1-2 region: ours deleted it, theirs changed it"] or found.conflicts
    assert found.text == (
        "comp:\n<<<<<<< ours\n  - gain_db: 1\n=======\n  - region: t2 1-2\n    gain_db: 1\n"
        ">>>>>>> theirs\n    nudge: 2\n"
    )


def test_lists_without_an_order_take_both() -> None:
    base = "delivery: {formats: [wav24, mp3]}\n"
    ours, theirs = edited(base, ("mp3", "mp3, flac")), edited(base, ("mp3", "mp3, ogg"))
    for left, right in ((ours, theirs), (theirs, ours)):
        assert merge(base, left, right).text == "delivery: {formats: [wav24, mp3, flac, ogg]}\n"


def test_regions_of_a_comp_that_both_put_in_stand_in_time() -> None:
    base = 'guitar:\n  takes: {t1: a.wav}\n  comp:\n    - "t1 1-2"\n    - "t1 20"\n'
    ours, theirs = (edited(base, ('1-2"\n', f'1-2"\n    - "t1 {bars}"\n')) for bars in ("9-12", "5-8"))
    wanted = edited(base, ('1-2"\n', '1-2"\n    - "t1 5-8"\n    - "t1 9-12"\n'))
    assert merge(base, ours, theirs).text == merge(base, theirs, ours).text == wanted


def test_both_moved_sections() -> None:
    found = merged(SONG, ("verse x2, chorus, verse", "chorus, verse x2, verse"), ("bars: 2", "bars: 3"))
    assert "form: [chorus, verse x2, verse, chorus]" in found.text
    base = "form: [a, b, c]\n"
    both = merge(base, "form: [b, c, a]\n", "form: [b, a, c]\n")
    assert said(both) == ["form: both changed the order"]


def test_added_on_both_sides() -> None:
    same = merge("", MIX, edited(MIX, ("-11", "-11.5")), "mix.yaml")
    assert said(same) == ["keys gain_db: ours -11, theirs -11.5"]
    found = merge("", MIX, MIX + "inserts: [compressor/glue]\n", "mix.yaml")
    assert (said(found), found.text) == ([], MIX + "inserts: [compressor/glue]\n")


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_line_ends_marks_and_a_last_line_that_isn_t_ended(end: str, mark: str) -> None:
    base = mark + MIX.replace("\n", end)
    ours, theirs = edited(base, ("-30", "-28")), edited(base, ("-11", "-9")).removesuffix(end)
    assert merge(base, ours, theirs).text == edited(base, ("-30", "-28"), ("-11", "-9")).removesuffix(end)
    clash = merge(base, ours, edited(base, ("-30", "-26"))).text
    assert f"{end}<<<<<<< ours{end}" in clash
    assert clash.count("\n") == clash.count(end)


def test_line_ends_of_one_side_hold_for_all() -> None:
    ours, theirs = MIX.replace("\n", "\r\n"), edited(MIX, ("-11", "-9"), ("  low", "  high: {pan: 1L}\n  low"))
    assert merge(MIX, ours, theirs).text == theirs.replace("\n", "\r\n")


def test_anchors_and_aliases() -> None:
    base = "a: &x {pan: 1L, gain_db: 1}\nb: *x\nc: 1\n"
    found = merge(base, edited(base, ("gain_db: 1", "gain_db: 2")), edited(base, ("b: *x", "b: *x\nd: *x")))
    assert (said(found), found.text) == ([], "a: &x {pan: 1L, gain_db: 2}\nb: *x\nd: *x\nc: 1\n")
    gone = merge(base, edited(base, ("&x ", ""), ("b: *x", "b: 1")), edited(base, ("c: 1", "c: *x")))
    assert gone.conflicts


def test_quotes_hold_what_is_put_in() -> None:
    base = "title: \"a\"\nlyrics: 'one two | three'\n"
    found = merge(base, edited(base, ("one two", "one too")), edited(base, ("three", "it''s")))
    assert read_yaml(Source.of("f", found.text))[0] == {"title": "a", "lyrics": "one too | it's"}
    plain = "lyrics: one two | three\n"
    found = merge(plain, edited(plain, ("two", "too")), "lyrics: 'one two | #: three'\n")
    assert read_yaml(Source.of("f", found.text))[0] == {"lyrics": "one too | #: three"}


UNREADABLE = {
    "broken": "{", "a duplicate key": "title: U\n", "conflict markers": "<<<<<<< a\nb: 1\n=======\nb: 2\n>>>>>>> c\n",
    "an explicit key": "? x\n: 1\n", "a tab": "y:\n\tz: 1\n",
}  # fmt: skip


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_side_that_can_t_be_read_is_merged_line_by_line(case: str) -> None:
    ours = SONG + UNREADABLE[case]
    found = merge(SONG, ours, edited(SONG, ("title: T", "title: V")))
    assert found.text == ours.replace("title: T", "title: V")
    assert found.conflicts == ()
    assert len(found.notes) == 1
    assert found.notes[0].startswith("merged line by line: ")
    both = merge(SONG, ours.replace("title: T", "title: W"), edited(SONG, ("title: T", "title: V")), size=9)
    assert both.text.startswith("<<<<<<<<< ours\ntitle: W\n=========\ntitle: V\n>>>>>>>>> theirs\n")
    assert [(conflict.line, str(conflict)) for conflict in both.conflicts] == [(1, "both changed these lines")]


def test_other_files_are_merged_line_by_line() -> None:
    base = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n"
    found = merge(base, edited(base, ("a = 1", "a = 2")), edited(base, ("e = 5", "e = 6")), "mix.py")
    assert found == Merged("a = 2\nb = 2\nc = 3\nd = 4\ne = 6\n")
    assert merge(base, edited(base, ("a = 1", "a = 2")), edited(base, ("a = 1", "a = 3")), "mix.py").conflicts


def test_bytes_that_are_no_text_survive() -> None:
    base = b"title: T\nx: 1\ny: 2\nz: 3\nw: \xff\n".decode("utf-8", "surrogateescape")
    found = merge(base, base.replace("T", "U"), base.replace("z: 3", "z: 4"))
    assert found.text.encode("utf-8", "surrogateescape") == b"title: U\nx: 1\ny: 2\nz: 4\nw: \xff\n"
    assert "0xff" in found.notes[0]


def test_a_long_file_with_edits_on_most_of_its_lines() -> None:
    row = '{grid: 16, kick: "x--- x---", hat: "x-x- x-x-"}'
    lines = [f"  p{i}: {row}   # {i}\n" for i in range(400)]
    ours = [line.replace("x---", "o---", 1) if i % 3 else line for i, line in enumerate(lines)]
    theirs = [line.replace("x-x-", "x-xx", 1) if i % 5 else line for i, line in enumerate(lines)]
    both = [line.replace("x-x-", "x-xx", 1) if i % 5 else line for i, line in enumerate(ours)]
    texts = ["patterns:\n" + "".join(each) for each in (lines, ours, theirs, both)]
    assert merge(*texts[:3], "composition.yaml") == Merged(texts[3])


def test_markers_left_in_a_file_are_told() -> None:
    found = merged(SONG, ("          f:1", "          g:1"), ("          f:1", "          a3:1"))
    source, _ = decode(found.text.encode(), "song.yaml")
    assert source is not None
    data, _, problems = read_yaml(source)
    assert data is None
    assert [(p.code, p.message, p.span.line) for p in problems] == [
        ("YAML015", "unresolved merge conflict", found.conflicts[0].line)
    ]
    kept = 'a: "\n<<<<<<<\n"\nb: |\n  =======\n'
    assert read_yaml(Source.of("f", kept))[0] == {"a": " <<<<<<< ", "b": "=======\n"}
