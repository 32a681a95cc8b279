"""CHK003: the credits don't add up, or name a role that is probably misspelt.

Why: a collecting society refuses a work whose shares aren't whole; a role that nobody knows is found by nobody.
Fix: shares of 100 % in all, or of 100 % each for writers and publishers; the role's usual name.
"""

from __future__ import annotations

from pathlib import Path

from songbuild.model.credits import role_meant, shares
from songbuild.model.song import Song
from songbuild.problems import Fault

TOLERANCE = 0.000_15
"""Three thirds written with two decimals lack 0.01 %."""


def credited(song: Song, folder: Path) -> list[Fault]:  # noqa: ARG001
    """An error for shares that aren't whole, a warning for a role that looks misspelt."""
    found = [
        Fault("CHK003", ("credits", role), f"'{role}' is no role that is known", f"did you mean '{meant}'?",
              severity="warning", key=True)
        for role in song.credits
        if (meant := role_meant(role)) is not None
    ]  # fmt: skip
    given = shares(song.credits)
    sides = {side: sum(parts) for side, parts in given.items()}
    total = sum(sides.values())
    each = set(sides) == {"writer", "publisher"} and all(abs(part - 1.0) <= TOLERANCE for part in sides.values())
    if given and abs(total - 1.0) > TOLERANCE and not each:
        hint = "100 % in all, or 100 % for the writers and 100 % for the publishers"
        found.append(Fault("CHK003", ("credits",), f"the shares come to {100 * total:.4g} %", hint, key=True))
    return found
