"""Codes with check digits, languages and dates: published examples, and what one wrong digit does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.model.identifiers import date, ipi, isrc, iswc, language, three_letters, upc
from songbuild.problems import NotationError


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (isrc, "QZ-ABC-26-00001", "QZABC2600001"),
        (isrc, "GBAYE6900531", "GBAYE6900531"),
        (iswc, "T-034.524.680-1", "T0345246801"),  # the standard's own example
        (iswc, "T0345246801", "T0345246801"),
        (upc, "036000291452", "036000291452"),  # GS1's example of a UPC-A
        (upc, "0 36000 29145 2", "036000291452"),
        (upc, "4006381333931", "4006381333931"),  # EAN-13
        (upc, "10012345678902", "10012345678902"),  # GTIN-14
        (ipi, "123456789", "00123456789"),
        (date, "2026", "2026"),
        (date, "2024-02-29", "2024-02-29"),
        (language, "en", "en"),
        (language, "en_gb", "en-GB"),
        (language, "deu", "de"),
        (language, "zxx", "zxx"),
        (three_letters, "de-CH", "deu"),
        (three_letters, "zh-Hant", "zho"),
        (three_letters, "zxx", "zxx"),
    ],
)
def test_codes_are_read(read, text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("read", "text", "at", "words"),
    [
        (isrc, "QZ-ABC-26-0001", 0, "not an ISRC"),
        (isrc, "QZ-AB-C26-00001", 0, "not an ISRC"),
        (isrc, "12ABC2600001", 0, "not an ISRC"),
        (iswc, "T-034.524.680-2", 14, "is 2, the others ask for 1"),
        (iswc, "T-034.542.680-1", 14, "the others ask for"),
        (iswc, "W-034.524.680-1", 0, "not an ISWC"),
        (upc, "036000291453", 11, "is 3, the others ask for 2"),
        (upc, "4006381339331", 12, "the others ask for"),
        (upc, "0360002914521234", 0, "not a UPC"),
        (ipi, "12345678", 0, "not an IPI"),
        (date, "2026-02-30", 0, "no such date"),
        (date, "0000", 0, "no such date"),
        (date, "26-01-01", 0, "not a date"),
        (language, "english", 0, "not a language"),
        (language, "xx", 0, "not a language"),
        (language, "", 0, "not a language"),
    ],
)
def test_wrong_codes_are_pointed_at(read, text, at, words):
    with pytest.raises(NotationError) as caught:
        read(text)
    assert words in caught.value.message
    assert caught.value.offset == at
    assert caught.value.hint


def completed(read, digits):
    """The one check digit that a code accepts, of the ten."""
    accepted = []
    for last in "0123456789":
        try:
            accepted.append(read(digits + last))
        except NotationError:
            continue
    return accepted


@settings(max_examples=60, deadline=None)
@given(st.text("0123456789", min_size=11, max_size=13), st.data())
def test_one_check_digit_is_right_and_any_wrong_digit_is_seen(digits, data):
    (code,) = completed(upc, digits)
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != code[at]]))
    with pytest.raises(NotationError):
        upc(code[:at] + other + code[at + 1 :])


@settings(max_examples=30, deadline=None)
@given(st.text("0123456789", min_size=9, max_size=9))
def test_a_work_has_one_check_digit(digits):
    assert len(completed(iswc, "T" + digits)) == 1
