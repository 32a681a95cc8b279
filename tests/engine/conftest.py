"""What the engine's tests share: toys, and a store to build in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.toys import Toys, read
from songbuild.engine import Store


@pytest.fixture
def toys() -> Toys:
    return Toys()


@pytest.fixture
def audio() -> Any:
    return read


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "cache") as opened:
        yield opened


@pytest.fixture
def statuses() -> Any:
    """The status of every node of a build that wasn't reused."""
    return lambda built: {record.name: record.status for record in built.records if record.status != "reused"}
