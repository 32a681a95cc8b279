"""The codes that name a recording, a work, a product and a language, with their check digits.

Each function takes the code as written and returns it in the one form that files hold, without hyphens, dots or
spaces; it raises NotationError, which points at what is wrong.
"""

from __future__ import annotations

import re
from datetime import date as calendar_date
from typing import Annotated

from pydantic import AfterValidator, Field

from songbuild.problems import NotationError

ISRC_PATTERN = r"^[A-Z]{2}-?[A-Z0-9]{3}-?[0-9]{2}-?[0-9]{5}$"
ISWC_PATTERN = r"^T[-.]?[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}[-.]?[0-9]$"
UPC_PATTERN = r"^[0-9](?:[ -]?[0-9]){11,13}$"
IPI_PATTERN = r"^[0-9]{9,11}$"
DATE_PATTERN = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
LANGUAGE_PATTERN = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
_PREFIX = re.compile(r"(?:ISRC|ISWC|UPC|EAN|GTIN)[ :-]", re.IGNORECASE)


def isrc(text: str) -> str:
    """An International Standard Recording Code: 'QZ-ABC-26-00001' is QZABC2600001 (ISO 3901:2019, clause 4)."""
    if re.fullmatch(ISRC_PATTERN, text):
        return text.replace("-", "")
    hint = "two letters, three letters or digits, seven digits: GB-AYE-69-00531"
    raise _malformed(text, "an ISRC", hint, mended=text.upper(), pattern=ISRC_PATTERN)


def iswc(text: str) -> str:
    """An International Standard Musical Work Code: 'T-034.524.680-1' is T0345246801.

    The check digit makes 1 + the sum of each digit times its place (1 to 9) + itself a multiple of 10 (ISO 15707,
    annex A).
    """
    if not re.fullmatch(ISWC_PATTERN, text):
        raise _malformed(text, "an ISWC", "T, nine digits, a check digit: T-034.524.680-1", text.upper(), ISWC_PATTERN)
    found = re.sub(r"[-.]", "", text)
    total = 1 + sum(place * int(digit) for place, digit in enumerate(found[1:10], start=1))
    _check(text, found, -total % 10)
    return found


def upc(text: str) -> str:
    """A product's UPC (12 digits), EAN (13) or GTIN-14, without spaces or hyphens.

    The check digit makes the sum of the digits, every second one from the right times 3, a multiple of 10 (GS1 General
    Specifications, 7.9).
    """
    if not re.fullmatch(UPC_PATTERN, text):
        raise _malformed(text, "a UPC or EAN", "12 digits (UPC), 13 (EAN) or 14 (GTIN)")
    found = re.sub(r"[ -]", "", text)
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(found[:-1])))
    _check(text, found, -total % 10)
    return found


def ipi(text: str) -> str:
    """The number of an author or a publisher in the Interested Parties Information system, as eleven digits."""
    if not re.fullmatch(IPI_PATTERN, text):
        raise _malformed(text, "an IPI number", "9 to 11 digits, in quotes where they start with 0")
    return text.zfill(11)


def date(text: str) -> str:
    """A year, a month or a day as ISO 8601 writes them: 2026, 2026-03, 2026-03-31."""
    hint = "write 2026, 2026-03 or 2026-03-31"
    if not re.fullmatch(DATE_PATTERN, text):
        raise NotationError(f"'{text}' is not a date", 0, max(1, len(text)), hint)
    year, month, day = (int(part) for part in (text + "-01-01")[:10].split("-"))
    try:
        calendar_date(year, month, day)
    except ValueError:
        raise NotationError(f"there is no such date as '{text}'", 0, len(text), hint) from None
    return text


def language(text: str) -> str:
    """A language by its BCP 47 tag in the usual spelling: 'en_gb' is en-GB, 'deu' is de; 'zxx' is no language."""
    import langcodes

    hint = "such as en, pt-BR or deu; zxx for a song without words"
    try:
        if langcodes.tag_is_valid(text):
            return str(langcodes.standardize_tag(text))
    except ValueError:
        pass
    raise NotationError(f"'{text}' is not a language tag (BCP 47)", 0, max(1, len(text)), hint)


def three_letters(tag: str) -> str:
    """The ISO 639-2 (terminological) code of a BCP 47 tag: 'de-CH' -> 'deu'; 'und' where it has none."""
    import langcodes

    try:
        return str(langcodes.Language.get(tag).to_alpha3())
    except LookupError:
        return "und"


def _malformed(text: str, what: str, hint: str, mended: str = "", pattern: str = "") -> NotationError:
    """The error for a code of the wrong form; a name before the code, spaces and small letters are pointed out."""
    named = _PREFIX.match(text)
    if named:
        return NotationError(f"'{text}' is not {what}", 0, named.end(), f"write only the code: {text[named.end() :]}")
    if mended and re.fullmatch(pattern, plain := mended.replace(" ", "").replace("–", "-")):
        return NotationError(f"'{text}' is not {what}", 0, max(1, len(text)), f"write {plain}")
    return NotationError(f"'{text}' is not {what}", 0, max(1, len(text)), hint)


def _check(text: str, found: str, digit: int) -> None:
    """Compare a code's last digit with the check digit that the others ask for."""
    if int(found[-1]) != digit:
        raise NotationError(
            f"the check digit of '{text}' is {found[-1]}, the others ask for {digit}",
            len(text) - 1,
            1,
            "one of the digits is wrong, or two have changed places",
        )


Isrc = Annotated[str, AfterValidator(isrc), Field(json_schema_extra={"pattern": ISRC_PATTERN})]
"""An ISRC; the record holds it without hyphens."""
Iswc = Annotated[str, AfterValidator(iswc), Field(json_schema_extra={"pattern": ISWC_PATTERN})]
"""An ISWC with the right check digit; the record holds it without hyphens and dots."""
Upc = Annotated[str, AfterValidator(upc), Field(json_schema_extra={"pattern": UPC_PATTERN})]
"""A UPC, EAN or GTIN-14 with the right check digit; the record holds its digits alone."""
Ipi = Annotated[str, AfterValidator(ipi), Field(json_schema_extra={"pattern": IPI_PATTERN})]
"""An IPI name number; the record holds eleven digits."""
Date = Annotated[str, AfterValidator(date), Field(json_schema_extra={"pattern": DATE_PATTERN})]
"""A year, month or day that the calendar has."""
Language = Annotated[str, AfterValidator(language), Field(json_schema_extra={"pattern": LANGUAGE_PATTERN})]
"""A language tag; the record holds it in the usual spelling."""
