"""What tests of hosted plugins share: Debian's zam-plugins, which CI installs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path("/usr/lib/vst3")
COMP = FOLDER / "ZamComp.vst3"
"""A mono compressor."""
MAXIM = FOLDER / "ZaMaximX2.vst3"
"""A stereo limiter that is 480 samples late."""
VERB = FOLDER / "ZamVerb.vst3"
"""Hangs when it is loaded without a window system."""

INSTALLED = pytest.mark.skipif(not COMP.exists() and not os.environ.get("CI"), reason="zam-plugins isn't installed")


def gone(process: int) -> bool:
    """Whether no process of this number is left, not even as a zombie."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False
