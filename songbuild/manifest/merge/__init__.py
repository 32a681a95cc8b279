"""Three-way merge of manifests: by section, part, bar, event, device and parameter.

The line of git's configuration that makes a merge driver of it (`songbuild git setup` writes it):

    [merge "songbuild"]
        name = songbuild: manifests by bar and parameter
        driver = songbuild merge %O %A %B --output %A --path %P --marker-size %L
"""

from __future__ import annotations

from songbuild.manifest.merge.conflict import Conflict, Merged
from songbuild.manifest.merge.merging import merge

DRIVER = "songbuild merge %O %A %B --output %A --path %P --marker-size %L"
"""What git is to run: it writes over %A, and exits 1 where conflicts are left in it."""

__all__ = ["DRIVER", "Conflict", "Merged", "merge"]
