"""What tests share: a home of their own, and small songs written to a folder."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from support import SMALL

WriteSong = Callable[..., Path]
LONG = ("test_incremental", "test_album_delivered", "test_proof", "")

gc.set_threshold(100_000)  # as the command line has it: what tests make is tens of thousands of objects that stay


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that no worker waits for another at the end."""
    items.sort(key=lambda item: LONG.index(item.path.stem if item.path.stem in LONG else ""))


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
