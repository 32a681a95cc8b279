"""The public functions: load, check, plan, render, explain.  The command line is made of these."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from songbuild import __version__, engine
from songbuild.checks import measure as measure_checks
from songbuild.checks import run as run_checks
from songbuild.engine import Graph, Store
from songbuild.engine.unchanged import default_cache
from songbuild.manifest import Loaded
from songbuild.manifest import load as load_manifest
from songbuild.manifest.trust import is_trusted
from songbuild.problems import Fault, Problem
from songbuild.stages.plan import Plan, Selection, plan

__all__ = ["Explained", "Line", "Rendered", "Selection", "check", "explain", "load", "render"]
