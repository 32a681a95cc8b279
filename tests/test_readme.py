"""What README shows is what happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from shell import settle, songbuild
from songbuild.app.cli.commands import COMMANDS

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
WriteSong = Callable[..., Path]


def block(name: str) -> str:
    """The fenced or indented block after the comment <!-- readme: name -->."""
    after = README.split(f"<!-- readme: {name} -->\n")[1]
    fenced = re.match(r"```\w*\n(.*?)^```", after, re.M | re.S)
    if fenced:
        return fenced[1]
    return "".join(f"{line[4:]}\n" for line in re.match(r"(?: {4}.*\n)+", after)[0].splitlines())  # type: ignore[index]


def test_the_first_song_and_its_commands(write_song: WriteSong) -> None:
    text = block("song.yaml")
    assert len(text.splitlines()) <= 10
    song = write_song({"song.yaml": text}, "ten_lines")
    settle()
    ran = []
    for line in block("commands").splitlines():
        program, *arguments = line.split()
        assert program == "songbuild"
        ran.append(songbuild(*arguments, cwd=song))
        assert (ran[-1].code, ran[-1].err) == (0, ""), line
    check, first, second, explain, part = ran
    assert check.out == "Ten Lines: no problems\n"
    assert first.out.startswith("Ten Lines: 0:45, 3 tracks\nintegrated -14.0 LUFS, ")
    assert second.out.endswith("nothing to do\n")
    assert explain.out.startswith("nothing to run, ")
    assert re.search(r"/out/preview/bass-\S+\.wav\n", part.out)
    delivered = {path.name for path in (song / "out").iterdir()}
    wanted = {f"ten-lines{end}" for end in ("-24bit.wav", "-16bit.wav", ".flac", ".mp3", ".mid")}
    assert delivered == {*wanted, "stems", "preview", "SHA256SUMS"}


def test_the_mistake(write_song: WriteSong) -> None:
    """README shows the 12th line of a mix."""
    shown = block("mistake")
    line = re.search(r"^ +12 \| (.*)$", shown, re.M)
    assert line
    before = "channels:\n  low:\n" + "".join(f"    # line {number}\n" for number in range(3, 11)) + "    inserts:\n"
    arrangement = 'tracks: {low: bass}, sections: {a: {bars: 1, parts: {low: "c2:1"}}}, form: [a]'
    song = f"title: X\nmix: mix.yaml\narrangement: {{{arrangement}}}\n"
    ran = songbuild("check", write_song({"song.yaml": song, "mix.yaml": f"{before}{line[1]}\n"}))
    assert ran.code == 1
    assert ran.err == shown + "1 error\n"


def test_the_table_of_commands() -> None:
    listed = re.findall(r"^    songbuild (\w+)", README.split("## Commands\n")[1].split("\n## ")[0], re.M)
    assert listed == list(COMMANDS)
