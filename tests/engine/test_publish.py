"""Files at their places: only what changed, whole or not at all, nothing of the user's removed."""

from __future__ import annotations

import errno
import json
import os

import pytest

from songbuild.engine import EngineError, Graph, build, publish
from songbuild.engine.unchanged import stamp

EVENTS = [[10, 50, 0.5], [150, 80, 0.25]]
GRID = (0, 100, 200, 300)


def made(toys, store, *names, level=0.5):
    notes = toys.notes("n", [[10, 50, level]])
    files = {name: toys.file(f"file {name}", toys.gain(f"gain {name}", notes, 1.0 / (1 + len(name)))) for name in names}
    return build(Graph(files, 1000, GRID), store, threads=1)


def stats(folder):
    return {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def test_what_is_there_already_is_left_alone(toys, store, tmp_path) -> None:
    out = tmp_path / "out"
    first = publish(made(toys, store, "mix.raw", "stems/bass.raw"), out)
    assert first.written == ("mix.raw", "stems/bass.raw")
    assert (out / "stems" / "bass.raw").read_bytes() == made(toys, store, "stems/bass.raw").outputs[
        "stems/bass.raw"
    ].path.read_bytes()
    before = stats(out)
    state = json.loads(json.dumps(first.state))
    for previous in (state, None):
        again = publish(made(toys, store, "mix.raw", "stems/bass.raw"), out, previous)
        assert again.same == ("mix.raw", "stems/bass.raw") and not again.written and stats(out) == before
    (out / "mix.raw").write_bytes(b"edited by hand")
    assert publish(made(toys, store, "mix.raw", "stems/bass.raw"), out, state).written == ("mix.raw",)


def test_content_that_changed_without_its_size_is_noticed(toys, store, tmp_path) -> None:
    first = publish(made(toys, store, "a"), tmp_path / "out")
    path = tmp_path / "out" / "a"
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_bytes(bytes(path.stat().st_size))
    os.utime(path, ns=times)
    assert publish(made(toys, store, "a"), tmp_path / "out", first.state).written == ("a",)


def test_outputs_that_are_no_more_are_removed_unless_someone_changed_them(toys, store, tmp_path) -> None:
    out = tmp_path / "out"
    first = publish(made(toys, store, "mix.raw", "stems/bass.raw", "stems/deep/pad.raw", "old.raw"), out)
    (out / "old.raw").write_bytes(b"mine now")
    (out / "notes.txt").write_text("mine")
    second = publish(made(toys, store, "mix.raw", "stems/bass.raw"), out, first.state)
    assert second.removed == ("stems/deep/pad.raw",)
    assert sorted(stats(out)) == ["mix.raw", "notes.txt", "old.raw", "stems/bass.raw"]
    assert not (out / "stems" / "deep").exists() and set(second.state) == {"mix.raw", "stems/bass.raw"}


def test_outputs_that_failed_or_were_not_wanted_stay(toys, store, tmp_path) -> None:
    out = tmp_path / "out"
    first = publish(made(toys, store, "a", "b"), out)
    notes = toys.notes("n", [[10, 50, 0.5]])
    graph = Graph({"a": toys.file("a", notes), "b": toys.file("b", toys.gain("g", notes, float("nan")))}, 1000, GRID)
    second = publish(build(graph, store), out, first.state)
    assert second.written == ("a",) and second.removed == () and sorted(second.state) == ["a", "b"]
    third = publish(build(graph, store, targets=["a"]), out, second.state)
    assert third.removed == () and sorted(stats(out)) == ["a", "b"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_full_disk_leaves_the_old_file_and_no_other(toys, store, tmp_path, monkeypatch, code) -> None:
    out = tmp_path / "out"
    publish(made(toys, store, "a"), out)
    old = (out / "a").read_bytes()

    def full(source, target):
        target.write_bytes(b"half")
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(EngineError):
        publish(made(toys, store, "a", level=0.25), out)
    assert stats(out).keys() == {"a"} and (out / "a").read_bytes() == old


def test_a_blob_damaged_since_the_build_is_not_published(toys, store, tmp_path) -> None:
    built = made(toys, store, "a")
    path = built.outputs["a"].path
    path.write_bytes(b"\1" * path.stat().st_size)
    with pytest.raises(EngineError, match="damaged in the cache"):
        publish(built, tmp_path / "out")
    assert stats(tmp_path / "out") == {}
    assert publish(made(toys, store, "a"), tmp_path / "out").written == ("a",)


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", ""])
def test_names_that_leave_the_folder_are_refused(toys, store, tmp_path, name) -> None:
    with pytest.raises(EngineError, match="can't be the name"):
        publish(made(toys, store, name), tmp_path / "deep" / "out")


def test_a_link_that_leaves_the_folder_is_not_followed(toys, store, tmp_path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / "stems").symlink_to(elsewhere)
    (out / "mix.raw").symlink_to(elsewhere / "precious")
    (elsewhere / "precious").write_text("precious")
    with pytest.raises(EngineError, match="outside"):
        publish(made(toys, store, "stems/a.raw"), out)
    assert publish(made(toys, store, "mix.raw"), out).written == ("mix.raw",)  # the link is replaced, not followed
    assert (elsewhere / "precious").read_text() == "precious" and not (out / "mix.raw").is_symlink()


def test_a_folder_in_the_way_is_an_engine_error(toys, store, tmp_path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").write_text("file")
    with pytest.raises(EngineError, match="is a folder"):
        publish(made(toys, store, "a"), tmp_path)
    with pytest.raises(EngineError, match="a file is"):
        publish(made(toys, store, "b/c"), tmp_path)


def test_what_a_killed_publisher_left_is_cleared(toys, store, tmp_path) -> None:
    stale = tmp_path / ".songbuild-999999999-abc.part"
    stale.write_bytes(b"half")
    publish(made(toys, store, "a"), tmp_path)
    assert not stale.exists()


def test_a_blob_that_rotted_under_the_stamp_of_a_good_one_is_made_again(toys, store, tmp_path) -> None:
    first = made(toys, store, "a")
    good = first.outputs["a"]
    content = good.path.read_bytes()
    good.path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    store.traces.put_file(str(good.path.absolute()), stamp(good.path), good.digest)  # what a failing disk looks like
    with pytest.raises(EngineError, match="damaged in the cache"):
        publish(made(toys, store, "a"), tmp_path / "out")
    assert publish(made(toys, store, "a"), tmp_path / "out").written == ("a",)
    assert (tmp_path / "out" / "a").read_bytes() == content
