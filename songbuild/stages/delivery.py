"""Delivery: the files made of the master, the stems and the score."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from songbuild.engine import Json, Node, Reader, Recipe, Source
from songbuild.model.song import Song
from songbuild.stages.context import Context
