"""Tiles: what a local edit, a moved section, a look ahead, a state and a recording of its own length rebuild."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.engine import Store, build, digest_file

EVENTS = [[10, 50, 0.5], [150, 80, 0.25], [420, 300, 0.125]]


def clean(toys, tmp_path, graph, name="clean"):
    """The digest of an output built from an empty cache."""
    with Store(tmp_path / name) as fresh:
        digest = build(graph, fresh, threads=1).outputs["mix.raw"].digest
    toys.taken()
    return digest


def test_an_edited_note_runs_only_the_tiles_it_sounds_in(toys, store, tmp_path) -> None:
    def graph(events):
        return toys.graph(toys.gain("g", toys.notes("n", events), 0.5))

    build(graph(EVENTS), store, threads=1)
    toys.taken()
    edited = [*EVENTS[:1], [150, 80, 0.75], EVENTS[2]]
    made = build(graph(edited), store, threads=1)
    assert toys.taken() == {"notes": 2, "gain": 2, "file": 1}
    assert made.outputs["mix.raw"].digest == clean(toys, tmp_path, graph(edited))
    assert {r.name: r.status for r in made.records} == {"n": "partly", "g": "partly", "out": "run"}


def test_a_section_that_moves_is_not_rendered_again(toys, store) -> None:
    def graph(events, grid):
        return toys.graph(toys.gain("g", toys.notes("n", events), 0.5), grid)

    build(graph([[10, 50, 0.5], [130, 60, 0.25], [250, 40, 0.3]], (0, 100, 220, 300)), store, threads=1)
    toys.taken()
    # The second section (100 to 220) comes twice now, and last of all the first.
    moved = [[30, 60, 0.25], [150, 60, 0.25], [270, 40, 0.3], [330, 50, 0.5]]
    made = build(graph(moved, (0, 120, 240, 320, 420)), store, threads=1)
    assert toys.taken() == {"file": 1}
    assert made.streams["n"].tiles[0] == made.streams["n"].tiles[1]


def test_a_recipe_that_depends_on_its_position_says_so(toys, store) -> None:
    def graph(events):
        return toys.graph(toys.notes("n", events, absolute=True))

    build(graph([[0, 100, 0.5]]), store, threads=1)
    toys.taken()
    build(graph([[100, 100, 0.5]]), store, threads=1)
    assert toys.taken() == {"notes": 2, "file": 1}


def test_the_position_is_hidden_from_those_that_do_not(toys, store) -> None:
    seen = []
    toys.hooks["notes"] = lambda tile: seen.append((tile.start, tile.stop, tile.last))
    build(toys.graph(toys.notes("n", EVENTS), (0, 300, 350)), store, threads=1)
    assert seen == [(0, 300, False), (0, 50, False)]


def test_the_last_tile_is_told_only_to_those_that_ask(toys, store, audio) -> None:
    seen = []
    toys.hooks["ending"] = lambda tile: seen.append(tile.last)
    made = build(toys.graph(toys.ending("e", toys.notes("n", EVENTS)), (0, 300, 600)), store, threads=1)
    assert seen == [False, True] and audio(made)[0, -1] == 0.75 and audio(made)[0, 299] == 0
    toys.taken()
    build(toys.graph(toys.ending("e", toys.notes("n", EVENTS)), (0, 300, 600, 700)), store, threads=1)
    assert toys.taken() == {"notes": 1, "ending": 2, "file": 1}


@pytest.mark.parametrize(("before", "after"), [(0, 0), (30, 0), (0, 30), (130, 250), (1000, 1000)])
def test_reads_beyond_a_tile_and_beyond_the_song(toys, store, audio, before, after) -> None:
    made = build(toys.graph(toys.look("l", toys.notes("n", EVENTS), before, after)), store, threads=2)
    wave = np.zeros(800 + 2000)
    for at, length, level in EVENTS:
        wave[1000 + at : 1000 + at + length] = level * np.sin(np.arange(length) * 0.1)
    wave = wave.astype(np.float32).astype(float)
    expected = wave[1000 - before : 1800 - before] + wave[1000 + after : 1800 + after]
    np.testing.assert_array_equal(audio(made)[0], expected.astype(np.float32))


def test_only_what_is_read_is_part_of_a_key(toys, store, tmp_path) -> None:
    def graph(events):
        return toys.graph(toys.look("l", toys.notes("n", events), 0, 30))

    build(graph(EVENTS), store, threads=1)
    toys.taken()
    edited = [*EVENTS[:1], [150, 60, 0.75], EVENTS[2]]  # tiles 1 and 2; tile 0 reads up to frame 130
    made = build(graph(edited), store, threads=1)
    # It's the whole tile's digest that counts, so the look ahead from tile 0 reaches tile 1.
    assert toys.taken() == {"notes": 2, "look": 3, "file": 1}
    assert made.outputs["mix.raw"].digest == clean(toys, tmp_path, graph(edited))


@pytest.mark.parametrize("kind", ["delay", "hold"])
def test_a_state_meets_again_after_an_edit_and_the_bytes_are_those_of_a_clean_build(
    toys, store, tmp_path, kind
) -> None:
    def graph(level):
        notes = toys.notes("n", [[10, 50, 0.5], [150, 30, level], [420, 200, 0.125]])
        return toys.graph(toys.delay("d", notes, 120) if kind == "delay" else toys.hold("h", notes))

    build(graph(0.25), store, threads=1)
    toys.taken()
    made = build(graph(0.3), store, threads=1)
    # The delay line holds the note into the next tile; the peak so far was and is the first note's.
    assert toys.taken() == {"notes": 1, kind: 2 if kind == "delay" else 1, "file": 1}
    assert made.outputs["mix.raw"].digest == clean(toys, tmp_path, graph(0.3))
    made = build(graph(0.9), store, threads=1)
    # The peak so far is another one to the end of the song; of the three silent tiles one is run.
    assert toys.taken() == {"notes": 1, kind: 2 if kind == "delay" else 5, "file": 1}
    assert made.outputs["mix.raw"].digest == clean(toys, tmp_path, graph(0.9), "again")


def test_a_delay_line_is_a_delay_line(toys, store, audio) -> None:
    notes = toys.notes("n", EVENTS)
    made = build(toys.graph(toys.total("t", [notes, toys.delay("d", notes, 130)])), store)
    dry = store.reader(made.streams["n"], 1000).read(-130, 800)
    np.testing.assert_array_equal(audio(made), (dry[:, 130:] + dry[:, :800]).astype(np.float32))


def test_silence_is_a_name_and_no_file(toys, store) -> None:
    made = build(toys.graph(toys.gain("g", toys.notes("n", [[250, 20, 0.5]]), -1.0)), store, threads=1)
    names = made.streams["g"].tiles
    assert names[:2] == ["silence:2x100"] * 2 and names.count("silence:2x100") == 7
    assert sum(path.is_file() for path in (store.folder / "blobs").rglob("*")) == 3  # two tiles and mix.raw


def write_take(path, frames, seed=0, level=0.5):
    wave = level * np.sin(np.arange(frames) * 0.01 + seed)
    path.write_bytes(b"TAKE" + wave.astype("<f4").tobytes())
    return wave.astype(np.float32)


@pytest.mark.parametrize("frames", [0, 1, 1000, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 600_000])
def test_a_whole_recipe_is_cut_into_tiles_whatever_it_yields(toys, store, tmp_path, audio, frames) -> None:
    wave = write_take(tmp_path / "take.raw", frames)
    take = toys.take("take", tmp_path / "take.raw", piece=70_001)
    made = build(toys.graph(toys.placed("p", take, 40), (0, 150_000, 300_000, 650_000)), store, threads=2)
    stream = made.streams["take"]
    assert stream.frames == frames and len(stream.tiles) == -(-frames // (1 << 18))
    expected = np.zeros(650_000, np.float32)
    expected[40 : 40 + frames] = wave
    np.testing.assert_array_equal(audio(made)[1], expected)
    toys.taken()
    build(toys.graph(toys.placed("p", take, 40), (0, 150_000, 300_000, 650_000)), store, threads=2)
    assert toys.taken() == {}


def test_a_take_edited_at_its_end_is_decoded_again_and_placed_where_it_changed(toys, store, tmp_path) -> None:
    path, grid = tmp_path / "take.raw", (0, 200_000, 400_000, 600_000)
    wave = write_take(path, 600_000)
    build(toys.graph(toys.placed("p", toys.take("take", path), 0), grid), store, threads=1)
    toys.taken()
    path.write_bytes(b"TAKE" + np.concatenate([wave[:-10], np.zeros(10, np.float32)]).tobytes())
    build(toys.graph(toys.placed("p", toys.take("take", path), 0), grid), store, threads=1)
    found = toys.taken()
    assert (found["take"], found["placed"]) == (1, 1)


def test_a_file_that_cannot_be_read_fails_its_node_with_the_recipes_words(toys, store, tmp_path) -> None:
    path = tmp_path / "take.raw"
    path.write_bytes(b"no")
    made = build(toys.graph(toys.placed("p", toys.take("take", path), 0)), store)
    (failure,) = made.failures
    assert (failure.message, failure.hint, failure.path) == ("not a take", "record it again", str(path))


@pytest.mark.parametrize("when", ["before", "while", "away"])
def test_what_was_read_from_a_file_that_changed_is_never_published(toys, store, tmp_path, when) -> None:
    path = tmp_path / "take.raw"
    write_take(path, 300_000)
    planned = digest_file(path)
    graph = toys.graph(toys.placed("p", toys.take("take", path, planned), 0), (0, 1000, 2000))
    if when == "before":
        write_take(path, 300_000, seed=1)
    elif when == "away":
        path.unlink()
    else:
        toys.hooks["take piece"] = lambda start: write_take(path, 300_000, seed=1) if start == 299_000 else None
    made = build(graph, store, threads=1)
    (failure,) = made.failures
    words = {"before": "was changed", "while": "changed while it was read", "away": "can't be read"}[when]
    assert words in failure.message and failure.path == str(path) and not made.outputs
    toys.hooks.clear()
    write_take(path, 300_000)
    assert digest_file(path) == planned
    toys.taken()
    assert build(graph, store, threads=1).ok
    assert toys.taken()["take"] == 1  # nothing of the failure was kept


def test_a_decoder_that_chokes_on_a_changing_file_is_no_bug(toys, store, tmp_path) -> None:
    path = tmp_path / "take.raw"
    write_take(path, 1000)

    def cut(file):
        path.write_bytes(b"TAKExyz")
        raise ValueError("premature end")

    toys.hooks["take"] = cut
    made = build(toys.graph(toys.take("take", path)), store, threads=1)
    assert "changed while it was read" in made.failures[0].message
