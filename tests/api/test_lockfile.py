"""The text of a lock: what is written is read back, one line a fact."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.api.locks.lockfile import lock_text, read_lock, write_lock
from songbuild.model.lock import DeliveredFile, Lock
from songbuild.model.plain import flat, spelled

WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff"),
    min_size=1,
    max_size=40,
) | st.sampled_from(["1e3", "012", "1:30", "on", "no", "~", "null", "0x1f", ".nan", "- a", "a: b", "#", "<<", "1" * 30])
VALUES = st.none() | st.booleans() | st.integers(1 - 10**17, 10**17 - 1) | st.floats(allow_nan=False) | WORDS
NODES = st.dictionaries(WORDS, WORDS, max_size=4)


def a_lock(**given: object) -> Lock:
    plain = {"versions": {"songbuild": "1"}, "profile": "here", "song": {}, "nodes": {}, "delivered": {}}
    return Lock.model_validate(plain | given)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(WORDS, VALUES, max_size=6), NODES)
def test_what_is_written_is_read_back(song: dict[str, object], nodes: dict[str, str]) -> None:
    lock = a_lock(song=song, nodes=nodes)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "songbuild.lock"
        assert write_lock(path, lock)
        found, problems = read_lock(path)
        assert problems == []
        assert found is not None
        assert repr(found.lock) == repr(lock_of_sorted(lock))
        assert not write_lock(path, found.lock)


def lock_of_sorted(lock: Lock) -> Lock:
    data = lock.model_dump()
    return Lock.model_validate({k: dict(sorted(v.items())) if isinstance(v, dict) else v for k, v in data.items()})


def test_a_changed_fact_changes_one_line() -> None:
    song = {f"mix.channels.bass.{name}": 1.0 for name in ("gain_db", "pan", "width")}
    file = DeliveredFile(size=1, digest="0" * 64, audio=None)
    before = lock_text(a_lock(song=song, delivered={"a.wav": file})).splitlines()
    other = {"a.wav": DeliveredFile(size=2, digest="1" * 64, audio="2" * 64)}
    after = lock_text(a_lock(song=song | {"mix.channels.bass.pan": 0.5}, delivered=other)).splitlines()
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 2


def test_a_lock_is_replaced_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "songbuild.lock"
    path.symlink_to(tmp_path / "elsewhere")
    write_lock(path, a_lock())
    assert [item.name for item in tmp_path.iterdir()] == ["songbuild.lock"]
    assert not path.is_symlink()


def test_a_lock_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "song").mkdir()
    (tmp_path / "other").write_text(lock_text(a_lock()))
    (tmp_path / "song/songbuild.lock").symlink_to(tmp_path / "other")
    found, (problem,) = read_lock(tmp_path / "song/songbuild.lock")
    assert (found, problem.code) == (None, "MAN002")


def test_names_with_dots_are_told_apart() -> None:
    one, other = {"a": {"b": 1}, "c": []}, {"a.b": 1, "c": {}}
    assert [(spelled(path), value) for path, value in flat(one)] == [("a.b", 1), ("c", [])]
    assert [(spelled(path), value) for path, value in flat(other)] == [('"a.b"', 1), ("c", {})]
