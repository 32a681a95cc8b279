"""What of a machine decides the bits of a song: versions of what computes and encodes, and the platform profile."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version

from songbuild import __version__

PACKAGES = ("numpy", "scipy", "soundfile", "soxr", "mido", "mutagen", "pedalboard")
"""They make samples or files.  What only reads text is not among them, for a song is compared as it was understood."""


def profile() -> str:
    """The platform profile: 'Linux x86_64, numpy without X86_V4 AVX512_ICL'."""
    without = os.environ.get("NPY_DISABLE_CPU_FEATURES", "nothing")
    return f"{platform.system()} {platform.machine()}, numpy without {without}"


def versions() -> dict[str, str]:
    """songbuild, Python, and whatever else makes samples or files -> version."""
    import soundfile

    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    own = {"songbuild": __version__, "python": python, "libsndfile": soundfile.__libsndfile_version__}
    return own | {name: version(name) for name in PACKAGES}
