"""What the tests of the command line share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shell import TINY


@pytest.fixture
def tiny(write_song: Callable[..., Path]) -> Path:
    """The folder of TINY."""
    return write_song({"song.yaml": TINY}, "tiny")
