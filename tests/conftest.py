"""What tests share: a home of their own, and small songs written to a folder."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from support import SMALL

WriteSong = Callable[..., Path]
LONG = ("test_proof", "test_album_delivered", "test_incremental", "test_reproducible", "test_action")
"""Those that fork many times before those that make a process large, which takes longer to fork."""

gc.set_threshold(100_000)  # as the command line has it: what tests make is tens of thousands of objects that stay


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, dealt out to the workers, so that none waits for another at the end.

    Each of the workers is given a stretch of the list, as long as the others'.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = sorted((item for item in items if item.path.stem in LONG), key=lambda item: LONG.index(item.path.stem))
    short = [item for item in items if item.path.stem not in LONG]
    dealt: list[pytest.Item] = []
    for place in range(workers):
        hand = long[place::workers]
        size = max(0, (len(items) - len(dealt)) // (workers - place) - len(hand))
        dealt += hand + short[:size]
        del short[:size]
    items[:] = dealt + short


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep every test away from the user's cache and configuration."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("SONGBUILD_CACHE", str(home / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.delenv("SONGBUILD_CACHE_CAP", raising=False)
    yield home


@pytest.fixture
def write_song(tmp_path: Path) -> WriteSong:
    """Writes files {name: text} into a folder and returns it."""

    def write(files: Mapping[str, str], name: str = "song") -> Path:
        folder = tmp_path / name
        for file, text in files.items():
            place = folder / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def small_song(write_song: WriteSong) -> Path:
    """The folder of SMALL."""
    return write_song({"song.yaml": SMALL})
