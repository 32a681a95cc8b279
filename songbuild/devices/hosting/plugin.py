"""A hosted plugin as a song names it, and where its files are."""

from __future__ import annotations

import binascii
import os
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from songbuild.problems import did_you_mean
from songbuild.units import Params, Seconds

FOLDERS = ("~/.vst3", "/usr/lib/vst3", "/usr/local/lib/vst3")
"""Where plugins are installed on Linux (Steinberg, VST 3 Plug-in Locations); the user's own come first."""
MAGIC = (b"VC2!", b"VST3")
"""What the host's states and .vstpreset files begin with."""
MAX_STATE_BYTES = 32 << 20


class Plugin(Params):
    """Runs a VST3 effect in a process of its own; only in a trusted project."""

    path: str = Field(
        min_length=1,
        description="the .vst3: below the song's folder, an absolute path, or the name of an installed plugin",
    )
    plugin_name: str | None = Field(None, description="which plugin, where the file holds several")
    parameters: dict[str, bool | float | str] = Field(
        default_factory=dict, description="parameter -> value; 'songbuild plugins PATH' lists them"
    )
    state: str | None = Field(
        None, description="a file below the song's folder: a .vstpreset, or a saved state (also as base64)"
    )
    timeout_s: Seconds = Field(
        60.0, ge=1, le=3600, description="longest time to load, and for each 65536 frames of audio"
    )


class Kind(NamedTuple):
    """A device that is no effect of songbuild's own: its name in a chain, and its parameters."""

    name: str
    params: type[Params]


HOSTED = Kind("plugin", Plugin)


def find(folder: Path, text: str) -> Path:
    """The plugin that `text` means for a song in `folder`.  Raises FileNotFoundError with a hint as its argument."""
    wanted = Path(text).expanduser()
    if wanted.suffix != ".vst3":
        raise FileNotFoundError("the name of a plugin's file or folder ends in .vst3")
    if wanted.is_absolute():
        places = [wanted]
    elif wanted.name == text:
        places = [folder / text, *(base / text for base in _folders())]
    else:
        places = [folder / text]
    for place in places:
        if place.exists():
            return Path(os.path.realpath(place))
    near = {item.name for place in places for item in _listed(place.parent)}
    hint = did_you_mean(wanted.name, near)
    raise FileNotFoundError(hint if hint and hint.startswith("did") else "'songbuild plugins' lists what is installed")


def installed() -> list[Path]:
    """Every plugin that is installed, by folder and name; not looked into."""
    return [item for base in _folders() for item in _listed(base)]


def _folders() -> Iterator[Path]:
    for folder in FOLDERS:
        yield Path(folder).expanduser()


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(item for item in folder.iterdir() if item.suffix == ".vst3")
    except OSError:
        return []


def members(path: Path) -> tuple[str, ...]:
    """The names below `path` of every file that a plugin consists of, sorted; '.' where it is one file."""
    if not path.is_dir():
        return (".",)
    return tuple(sorted(item.relative_to(path).as_posix() for item in path.rglob("*") if item.is_file()))


def read_state(path: Path) -> bytes:
    """The state in a file.  Raises OSError, and ValueError where it holds none."""
    if path.stat().st_size > MAX_STATE_BYTES:
        raise ValueError(f"larger than {MAX_STATE_BYTES >> 20} MiB")
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        try:
            data = b64decode(b"".join(data.split()), validate=True)
        except binascii.Error:
            data = b""
    if not data.startswith(MAGIC):
        raise ValueError("neither a .vstpreset nor a saved state")
    return data
