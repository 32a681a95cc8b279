"""What `songbuild git setup` writes into .gitattributes and .gitignore."""

from __future__ import annotations

from collections.abc import Iterable

MANIFEST, MIDI, AUDIO = "songbuild", "songbuild-midi", "songbuild-audio"
"""The names of the diff drivers; the first is the merge driver's too."""
SONG = "song.yaml"
MANIFESTS = (
    SONG,
    "album.yaml",
    "composition.yaml",
    "arrangement.yaml",
    "recordings.yaml",
    "mix.yaml",
    "master.yaml",
    "delivery.yaml",
    "notes.yaml",
    "presets/*/*.yaml",
)
"""Names of manifests, in whatever folder; a stage's file may have another, which is then written out."""
MIDI_FILES = ("*.mid", "*.midi")
AUDIO_FILES = ("*.wav", "*.flac", "*.aif", "*.aiff", "*.mp3", "*.ogg", "*.opus", "*.m4a")


def attributes(others: Iterable[str], lfs: bool) -> list[str]:
    """The lines of .gitattributes; `others` are manifests that MANIFESTS doesn't cover, from the repository's top."""
    named = [name if "/" not in name else f"**/{name}" for name in MANIFESTS]
    manifests = [*named, *(quoted(f"/{escaped(path)}") for path in sorted(others))]
    large = "filter=lfs merge=lfs " if lfs else ""
    return [
        *(f"{pattern} diff={MANIFEST} merge={MANIFEST}" for pattern in manifests),
        *(f"{pattern} diff={MIDI} -text" for pattern in MIDI_FILES),
        *(f"{pattern} {large}diff={AUDIO} -text" for pattern in AUDIO_FILES),
    ]


def covered(path: str) -> bool:
    """Whether MANIFESTS covers a path from the repository's top."""
    *folders, name = path.split("/")
    return name in MANIFESTS or (len(folders) >= 2 and folders[-2] == "presets" and name.endswith(".yaml"))


def ignored(folders: Iterable[str]) -> list[str]:
    """The lines of .gitignore: what is built of the songs in these folders, '' being the repository's top."""
    return [f"/{escaped(folder)}/out/" if folder else "/out/" for folder in sorted(folders)]


def escaped(path: str) -> str:
    """A path as a pattern that means it alone; git takes a backslash before whatever would mean more."""
    found = "".join(f"\\{letter}" if letter in "\\*?[" else letter for letter in path)
    return found[:-1] + "\\ " if found.endswith(" ") else found


def quoted(pattern: str) -> str:
    """A pattern as .gitattributes wants it: in quotes, as a C string, where it holds blanks, quotes or controls."""
    if pattern.isprintable() and not any(letter in ' "' for letter in pattern):
        return pattern
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(letter, letter) for letter in pattern) + '"'
