"""Files as text for `git log -p` and `git show`, which compare it line by line.

Git gives up on the whole log where this fails, so that it never does: what can't be read is told in a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path

from songbuild.api.history.kept_facts import name_of, store, stored

_POINTER = re.compile(rb"version https://git-lfs[^\n]*\n(?:[^\n]*\n)*?oid (\w+:\w+)\n(?:[^\n]*\n)*?size (\d+)\n")
_MANIFESTS = (".yaml", ".yml")
_MIDI = b"MThd"


def text_of(path: Path) -> Iterator[str]:
    """The lines of a manifest, a MIDI file or an audio file; of any other text its own."""
    with path.open("rb") as file:
        head = file.read(1024)
    if pointer := _POINTER.match(head):
        yield f"in LFS, not fetched: {pointer[2].decode()} bytes, {pointer[1].decode()}"
    elif not head:
        return
    elif path.suffix in _MANIFESTS or not _is_binary(head):
        from songbuild.api.git.manifest_text import manifest_text, own_lines

        lines = manifest_text(path)
        yield from own_lines(path) if lines is None else lines
    else:
        yield from _binary(path, head)


def kept_text_of(path: Path, *, cache: str | None = None) -> str:
    """The same as text, kept in the cache under the file's content: git asks again each time it shows a commit."""
    with path.open("rb") as file:
        content = file_digest(file, "sha256").hexdigest()
    name = name_of({path.suffix: content}, (), "text")
    head, _, data = (stored(cache, name) or b"").partition(b"\n")
    if head == b"%d" % len(data):
        return data.decode("utf-8", "surrogateescape")
    text = "".join(f"{line}\n" for line in text_of(path))
    data = text.encode("utf-8", "surrogateescape")
    store(cache, name, b"%d\n%s" % (len(data), data))
    return text


def _is_binary(head: bytes) -> bool:
    return b"\0" in head or head.startswith((b"ID3", b"\xff"))


def _binary(path: Path, head: bytes) -> Iterator[str]:
    try:
        if head.startswith(_MIDI):
            from songbuild.api.git.midi_text import midi_text

            lines = list(midi_text(path))
        else:
            from songbuild.api.git.audio_text import audio_text

            lines = list(audio_text(path))
    except ValueError as error:
        data = path.read_bytes()
        lines = [f"can't be read: {error}", f"{len(data)} bytes, sha256 {sha256(data).hexdigest()}"]
    yield from lines
