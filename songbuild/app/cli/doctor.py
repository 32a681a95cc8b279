"""songbuild doctor"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from songbuild import __version__
from songbuild.app.cli.options import cache_option, json_option
from songbuild.app.cli.show import emit
from songbuild.app.cli.sizes import human

PACKAGES = (
    "numpy", "scipy", "soundfile", "soxr", "pedalboard", "pydantic", "PyYAML", "mido", "mutagen", "blake3", "click",
    "rich",
)  # fmt: skip
TOOLS = {
    "git": "versions of a song",
    "ffmpeg": "an independent meter in the tests",
    "cdrdao": "CD checks in the tests",
    "fluidsynth": "SoundFont checks in the tests",
    "chromium": "looking at reports in the tests",
}


@click.command(
    short_help="Is everything here?",
    epilog="\b\nExamples:\n  songbuild doctor\n  songbuild doctor --json",
)
@cache_option
@json_option
def doctor(cache: str | None, as_json: bool) -> int:
    """Say whether everything songbuild needs is here, and what it would use."""
    facts = _facts(cache)
    problems = _wrong(facts)
    if as_json:
        emit({**facts, "problems": problems})
        return int(bool(problems))
    click.echo(f"songbuild {__version__}, Python {facts['python']}, {facts['platform']}, {facts['cores']} cores")
    click.echo("packages  " + ", ".join(f"{name} {found or 'MISSING'}" for name, found in facts["packages"].items()))
    click.echo("encoders  " + ", ".join(facts["encoders"]))
    click.echo(f"profile   {facts['profile']}")
    click.echo(
        f"cache     {facts['cache']}: {human(facts['cache_bytes'])} of {human(facts['cache_cap'])}, "
        f"{human(facts['disk_free'])} free on the disk"
    )
    for tool, path in facts["tools"].items():
        click.echo(f"optional  {tool}: {path or 'not found'} ({TOOLS[tool]})")
    for problem in problems:
        click.echo(click.style(f"problem   {problem}", fg="red"))
    click.echo("all is well" if not problems else f"{len(problems)} problem{'s' if len(problems) != 1 else ''}")
    return int(bool(problems))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _facts(cache: str | None) -> dict[str, Any]:
    """Everything the command reports, as JSON."""
    from songbuild import api, engine

    with api.open_store(cache) as store:
        used, folder, writable = engine.usage(store), store.folder, store.writable
    standing = next(path for path in (folder, *folder.parents) if path.exists())
    import soundfile
    from pedalboard.io import get_supported_write_formats

    from songbuild.api.machine import profile

    formats = {*(name for name in soundfile.available_formats() if name != "MP3")}
    formats |= {name.lstrip(".").upper() for name in get_supported_write_formats()}
    return {
        "songbuild": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "packages": {name: _version(name) for name in PACKAGES},
        "encoders": [name for name in ("WAV", "FLAC", "MP3", "OGG") if name in formats],
        "profile": profile(),
        "cache": str(folder),
        "cache_bytes": used.blob_bytes,
        "cache_cap": used.cap_bytes,
        "disk_free": shutil.disk_usage(standing).free,
        "writable": writable,
        "tools": {name: shutil.which(name) for name in TOOLS},
    }


def _wrong(facts: Mapping[str, Any]) -> list[str]:
    """What keeps songbuild from working, in sentences."""
    found = [
        f"the package {name} is missing: install songbuild again" for name, has in facts["packages"].items() if not has
    ]
    hosts = {"FLAC": "libsndfile", "MP3": "pedalboard"}
    found += [f"this {host} can't write {name}" for name, host in hosts.items() if name not in facts["encoders"]]
    if not facts["writable"]:
        found.append(f"the cache folder {facts['cache']} can't be written: set SONGBUILD_CACHE")
    elif facts["disk_free"] < 2 * 10**9:
        found.append("less than 2 GB are free on the disk of the cache")
    return found
