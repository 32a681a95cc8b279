"""Digests and the codec of states."""

from __future__ import annotations

import itertools
import subprocess
import sys
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from songbuild.engine import digest_file, digest_json
from songbuild.engine.reader import Stream
from songbuild.engine.state import decode, encode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
ARRAYS = npst.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_, np.complex128]),
    npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
STATES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_equal_values_have_one_digest_whatever_their_order() -> None:
    assert digest_json({"a": 1.5, "b": [1, None]}) == digest_json(types.MappingProxyType({"b": (1, None), "a": 1.5}))


def test_values_that_differ_in_type_or_last_bit_differ() -> None:
    values = [None, False, True, 0, 1, 1.0, -0.0, 0.0, "1", "", [], {}, [[]], [1], {"1": 1}]
    values += [float("inf"), -float("inf"), 0.1, np.nextafter(0.1, 1), "é", "\ud800", ["a", "b"], ["ab"], "null"]
    assert len({digest_json(value) for value in values}) == len(values)


@pytest.mark.parametrize("value", [b"x", {1, 2}, np.float32(1), np.zeros(2), object()])
def test_what_has_no_canonical_spelling_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        digest_json({"x": value})


def test_digests_are_the_same_in_every_process(tmp_path) -> None:
    code = "from songbuild.engine import digest_json; print(digest_json({'b': 0.1, 'a': ['x', None, 1e300]}))"
    run = [sys.executable, "-c", code]
    found = {
        subprocess.run(run, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout for seed in ("1", "2")
    }
    assert len(found) == 1
    # A key that changes with a release loses everybody's cache: this one is frozen.
    assert found.pop().decode().strip() == "aaa08bd88c5c45a8832f24505174b675deb42290"


def test_digest_of_a_file_is_blake3(tmp_path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    # Both from the test vectors of the BLAKE3 reference.
    assert digest_file(path) == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    path.write_bytes(bytes(i % 251 for i in range(102_400)))
    assert digest_file(path).startswith("bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085")


def same(one: object, two: object) -> bool:
    if isinstance(one, np.ndarray):
        return (
            isinstance(two, np.ndarray)
            and one.dtype == two.dtype
            and one.shape == two.shape
            and (one.tobytes() == two.tobytes())
        )
    if isinstance(one, dict):
        return isinstance(two, dict) and one.keys() == two.keys() and all(same(one[k], two[k]) for k in one)
    if isinstance(one, list | tuple):
        return type(one) is type(two) and len(one) == len(two) and all(map(same, one, two))
    return type(one) is type(two) and (one == two or one != one)


@given(STATES)
def test_a_state_comes_back_bit_for_bit(state: object) -> None:
    data = encode(state, snap=False)
    assert same(decode(data), state)
    assert encode(decode(data), snap=False) == data


@given(STATES)
def test_what_is_handed_on_is_on_the_grid(state: object) -> None:
    near = decode(encode(state))
    assert encode(near) == encode(near, snap=False), "what is on the grid stays"
    assert decode(encode(near)) is not None or state is None


@given(st.floats(allow_nan=False), st.sampled_from([float, np.float64, np.float32, np.complex128]))
def test_snapping_moves_a_number_by_half_a_step_at_most(number: float, kind: type) -> None:
    with np.errstate(over="ignore"):
        value = kind(number)
    near = decode(encode({"alone": value, "among": np.array([value] * 3)}))
    assert type(near["alone"]) is kind and near["among"].tolist() == [near["alone"]] * 3
    assert near["alone"] == value or abs(near["alone"] - value) <= 2.0**-41
    assert abs(value) >= 2.0**12 or float(np.real(near["alone"])) * 2.0**40 % 1 == 0
    assert not np.signbit(np.real(near["alone"])) or near["alone"] != 0


def test_a_state_comes_back_in_one_layout_that_may_be_changed() -> None:
    (back,) = decode(encode((np.arange(12.0).reshape(3, 4).T[::2],)))
    assert back.flags.c_contiguous and back.flags.writeable and back.flags.aligned
    assert back.tolist() == [[0, 4, 8], [2, 6, 10]]


def test_named_tuples_of_our_own_come_back_as_such_and_no_other_class_does() -> None:
    from collections import namedtuple

    from songbuild.model.drums import Step

    state = Step(*range(len(Step._fields)))
    assert type(decode(encode((state,)))[0]) is Step and decode(encode((state,))) == (state,)
    with pytest.raises(TypeError):
        encode(namedtuple("Foreign", "x")(1))
    foreign = encode(state).replace(b"songbuild.model.drums", b"subprocess.mode.drums")
    with pytest.raises(ValueError, match="class in subprocess"):
        decode(foreign)


def test_numpy_scalars_keep_their_type() -> None:
    assert isinstance(decode(encode(np.float32(0.1))), np.float32)


@pytest.mark.parametrize("state", [object(), np.array([object()]), {(1, 2): 3}, {1.5: 2}, {"x": {1, 2}}])
def test_what_a_state_cannot_hold_is_refused(state: object) -> None:
    with pytest.raises(TypeError):
        encode(state)


@given(st.lists(st.integers(0, 5), max_size=5), st.integers(-8, 30), st.integers(-8, 30))
def test_any_range_of_a_stream_is_put_together_from_its_tiles(sizes: list[int], start: int, stop: int) -> None:
    stream, tiles, place = Stream(1), {}, 0
    for number, size in enumerate(sizes):
        name = f"silence:1x{size}" if number % 3 == 2 else f"tile {number}"
        tiles[name] = np.arange(place + 1, place + size + 1, dtype=np.float32)[None] * (number % 3 != 2)
        stream.add(name, size)
        place += size
    whole = np.zeros(100)
    whole[20 : 20 + place] = np.concatenate([tiles[name][0] for name in stream.tiles]) if sizes else 0
    found = stream.gather(start, stop, tiles.__getitem__)
    assert found.dtype == np.float64
    assert found[0].tolist() == whole[20 + start : max(20 + stop, 20 + start)].tolist()
    spelled = stream.spelling(start, stop)
    assert sum(item if isinstance(item, int) else item[2] for item in spelled) == max(0, stop - start)
    assert not any(isinstance(a, int) and isinstance(b, int) for a, b in itertools.pairwise(spelled))
