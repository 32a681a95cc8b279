"""The desk in a diff: recordings, sound, mix, automation, master, delivery, metadata and albums, in words."""

from songbuild.diff.desk.changes import changes

__all__ = ["changes"]
