"""Credits: who did what in a song, and who owns which share of the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from songbuild.model.identifiers import Ipi
from songbuild.problems import nearest
from songbuild.units import Params, Ratio

Side = Literal["", "writer", "publisher"]


class Contributor(Params):
    """Somebody named in the credits; a name alone may stand for it."""

    name: str = Field(min_length=1, max_length=300, description="name, as it is to be printed")
    instrument: str | None = Field(None, min_length=1, max_length=100, description="what a performer plays or sings")
    pro: str | None = Field(None, min_length=1, max_length=50, description="performing-rights society: 'PRS', 'GEMA'")
    ipi: Ipi | None = Field(None, description="IPI name number")
    share: Ratio | None = Field(None, ge=0, le=1, description="share of the work: '50%'")


def _listed(value: Any) -> Any:
    """A name, a contributor, or a list of them, as a list of mappings."""
    if not isinstance(value, list | tuple):
        value = [value]
    return [item if isinstance(item, Mapping | Contributor) else {"name": item} for item in value]


Contributors = Annotated[
    list[Contributor],
    BeforeValidator(_listed, json_schema_input_type=str | Contributor | list[str | Contributor]),
]
"""One role's contributors, in order."""
Credits = dict[str, Contributors]
"""Role -> who had it."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role, its other names, and which side of a work its shares count for."""

    name: str
    aliases: tuple[str, ...] = ()
    side: Side = ""


ROLES = (
    Role("composer", ("music", "composition", "music by"), "writer"),
    Role("lyricist", ("lyrics", "words", "author", "text", "lyrics by"), "writer"),
    Role("songwriter", ("writer", "written by", "writers", "songwriters"), "writer"),
    Role("arranger", ("arrangement", "arranged by", "orchestrator"), "writer"),
    Role("publisher", ("published by", "music publisher"), "publisher"),
    Role("featuring", ("featured artist", "featured", "feat", "guest"), ""),
    Role("performer", ("performers", "musician", "musicians", "performed by"), ""),
    Role("conductor", ("conducted by",), ""),
    Role("remixer", ("remix", "remixed by"), ""),
    Role("producer", ("produced by", "production"), ""),
    Role("engineer", ("recording engineer", "recorded by", "recording"), ""),
    Role("mixer", ("mix engineer", "mixed by", "mixing engineer", "mix"), ""),
    Role("mastering engineer", ("mastering", "mastered by"), ""),
)
"""The roles that tags and stores know; any other role is kept as it is written."""
_KNOWN = {name: role for role in ROLES for name in (role.name, *role.aliases)}


class Credit(NamedTuple):
    """One name in one role."""

    role: str
    name: str
    instrument: str = ""


def known_role(text: str) -> Role | None:
    """The role that a name of the credits means, whatever its case, plural, hyphens or underscores."""
    plain = " ".join(text.lower().replace("_", " ").replace("-", " ").split())
    return _KNOWN.get(plain) or _KNOWN.get(plain.removesuffix("s"))


@cache
def role_meant(text: str) -> str | None:
    """The known role that an unknown one is probably a misspelling of."""
    near = None if known_role(text) else nearest(text, (role.name for role in ROLES))
    return near if near is not None and abs(len(near) - len(text)) <= 2 and near[0] == text[:1].lower() else None


def credited(given: Mapping[str, list[Contributor]]) -> Iterator[tuple[str, Contributor]]:
    """Every (role, contributor) as written, the role under the name that the table has for it."""
    for written, people in given.items():
        role = known_role(written)
        for person in people:
            yield (role.name if role else written), person


def names(given: Mapping[str, list[Contributor]], *roles: str) -> list[str]:
    """The names in some roles, each once, in the order they are given."""
    return list(dict.fromkeys(person.name for role, person in credited(given) if role in roles))


def shares(given: Mapping[str, list[Contributor]]) -> dict[Side, list[float]]:
    """The shares given to writers and to publishers."""
    found: dict[Side, list[float]] = {}
    for name, person in credited(given):
        role = known_role(name)
        if person.share is not None:
            found.setdefault(role.side if role else "", []).append(person.share)
    return found
