"""songbuild: songs as code, built like software.

Importing this package pins the CPU features numpy may use, before numpy is imported, so that every x86-64
machine computes the same bits (DESIGN.md section 4, "Determinism").
"""

import os

os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "X86_V4 AVX512_ICL")

__version__ = "0.1.0"
