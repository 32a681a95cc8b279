"""Notes written into a text."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.manifest.remark_text import EditError, with_done, with_remark

ITEM = {"at": "chorus#2", "part": "vocal", "text": "more air: here", "date": "2026-03-14"}
FLOW = '{at: "chorus#2", part: vocal, text: "more air: here", date: 2026-03-14}'
FORMS = {
    "none yet": ("title: T  # of the song\n", f"title: T  # of the song\nnotes:\n  - {FLOW}\n"),
    "no line end": ("title: T", f"title: T\nnotes:\n  - {FLOW}\n"),
    "empty": ("notes:  # none\nkey: C\n", f"notes:  # none\n  - {FLOW}\nkey: C\n"),
    "empty brackets": ("notes: []  # none\n", f"notes: [{FLOW}]  # none\n"),
    "dashes": (
        "notes:\n- {text: a}   # one\n# two\n- {text: b}  # three\n\n# the rest\nkey: C\n",
        f"notes:\n- {{text: a}}   # one\n# two\n- {{text: b}}  # three\n- {FLOW}\n\n# the rest\nkey: C\n",
    ),
    "lines": (
        "notes:\n  -   text: a\n      at: 3\nkey: C\n",
        "notes:\n  -   text: a\n      at: 3\n"
        '  -   at: "chorus#2"\n      part: vocal\n      text: "more air: here"\n      date: 2026-03-14\nkey: C\n',
    ),
    "block of text": (
        "notes:\n  - text: |\n      a\n      b\n\nkey: C\n",
        "notes:\n  - text: |\n      a\n      b\n"
        '  - at: "chorus#2"\n    part: vocal\n    text: "more air: here"\n    date: 2026-03-14\n\nkey: C\n',
    ),
    "brackets": ("notes: [{text: a}, {text: b}]\n", f"notes: [{{text: a}}, {{text: b}}, {FLOW}]\n"),
    "brackets over lines": (
        "notes: [\n  {text: a},\n  {text: b},\n]\nkey: C\n",
        f"notes: [\n  {{text: a}},\n  {{text: b}},\n  {FLOW}\n]\nkey: C\n",
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_one_more_is_written_as_the_others_are(form: str) -> None:
    before, after = FORMS[form]
    assert with_remark(before, ITEM, "notes") == after
    if "\n" in before:
        assert with_remark(before.replace("\n", "\r\n"), ITEM, "notes") == after.replace("\n", "\r\n")


def test_a_file_of_its_own_is_the_list() -> None:
    assert with_remark("# none yet\n", {"text": "a"}, None) == "# none yet\n- {text: a}\n"
    assert with_remark("- {text: a}", {"text": "b", "at": "17"}, None) == "- {text: a}\n- {text: b, at: 17}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("notes:\n- {text: a}  # one\n- {text: b}\n", "notes:\n- {text: a}  # one\n- {text: b, done: 2026-03-20}\n"),
        ("notes: [{text: a}, {text: b, }]\n", "notes: [{text: a}, {text: b, done: 2026-03-20, }]\n"),
        (
            "notes:\n- text: a\n- text: b  # two\n  at: 3\n# end\n",
            "notes:\n- text: a\n- text: b  # two\n  at: 3\n  done: 2026-03-20\n# end\n",
        ),
        (
            "notes:\n- text: a\n- done: false  # yet\n  text: b\n",
            "notes:\n- text: a\n- done: 2026-03-20  # yet\n  text: b\n",
        ),
    ],
)  # fmt: skip
def test_what_is_done_is_marked_in_its_place(before: str, after: str) -> None:
    assert with_done(before, 1, "2026-03-20", "notes") == after
    assert with_done(before, 1, None, "notes") == after.replace("2026-03-20", "true")


@pytest.mark.parametrize(
    "text",
    [
        "{title: T}\n",
        "notes: ~\nkey: C\n",
        "notes: &n [{text: a}]\nmore: *n\n",
        "title: T\n...\n",
        "notes: [{text: a} # one\n]\nnotes: []\n",
        "a: [",
    ],
)
def test_a_text_that_would_change_elsewhere_is_left_alone(text: str) -> None:
    with pytest.raises(EditError):
        with_remark(text, ITEM, "notes")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([before for before, _ in FORMS.values()]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1),
)
def test_any_text_is_read_as_it_was_said_and_nothing_else_changes(before: str, said: str) -> None:
    try:
        after = with_remark(before, {"text": said}, "notes")
    except EditError:
        assert any(ord(letter) in (0xFFFE, 0xFFFF, 0xFEFF) or ord(letter) & 0xFFFE == 0xFFFE for letter in said)
        return
    old, new = yaml.safe_load(before), yaml.safe_load(after)
    assert new.pop("notes") == [*(old.pop("notes", None) or []), {"text": said}]
    assert new == old
    rest = iter(after)
    assert all(letter in rest for letter in before.rstrip("\n").replace(",\n]", "\n]"))
