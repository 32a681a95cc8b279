"""Random graphs, random edits, random faults: incremental == clean, byte for byte, over thousands of histories.

SONGBUILD_HISTORIES says how many (800; CI and `make soak` take more), SONGBUILD_SEED where to begin.  What fails is
shrunk by hypothesis and printed, with the seed that leads there again:

    SONGBUILD_SEED=17 SONGBUILD_HISTORIES=800 pytest -n0 tests/engine/test_proof.py -k "faults and first"
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from engine.histories import HISTORY, History
from engine.proof import laboratory
from songbuild.engine import RecipeError, blobs, keys, publisher, work
from songbuild.engine import run as run_module

SEED = int(os.environ.get("SONGBUILD_SEED", "1"))
HISTORIES = int(os.environ.get("SONGBUILD_HISTORIES", "800"))
CHUNKS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
EVERY_PHASE = (Phase.generate, Phase.shrink)


def prove(live: Callable[..., None], count: int, chunk: int = 0, phases: Any = EVERY_PHASE, **how: Any) -> int:
    """Live through so many histories; how many there were.  Raises what the first that fails raises, shrunk."""
    lived = 0

    @seed(SEED + chunk)
    @settings(
        max_examples=max(1, count), deadline=None, database=None, phases=phases, suppress_health_check=list(HealthCheck)
    )
    @given(HISTORY)
    def one(history: History) -> None:
        nonlocal lived
        lived += 1
        live(history, **how)

    try:
        one()
    except BaseException as error:
        error.add_note(f"again: SONGBUILD_SEED={SEED + chunk} SONGBUILD_HISTORIES={HISTORIES} … -k first")
        error.add_note(f"{lived} histories were lived through, those of the shrinking too")
        raise
    return lived


@pytest.fixture
def live() -> Iterator[Callable[..., None]]:
    with laboratory() as found:
        yield found


@pytest.mark.parametrize("chunk", range(len(CHUNKS)), ids=CHUNKS)
def test_incremental_equals_clean_whatever_faults(live, chunk) -> None:
    count = -(-HISTORIES // len(CHUNKS))
    assert prove(live, count, chunk) >= min(count, 100)


@pytest.mark.parametrize("chunk", [0, 1], ids=CHUNKS[:2])
@pytest.mark.parametrize("threads", [2, 3])
def test_incremental_equals_clean_with_any_number_of_workers(live, threads, chunk) -> None:
    prove(live, HISTORIES // 200, chunk, threads=threads)


@pytest.mark.parametrize(("threads", "part"), [(1, 50), (2, 400)])
def test_incremental_equals_clean_after_real_kills(live, threads, part) -> None:
    prove(live, HISTORIES // part, threads=threads, exits=True)


# --- the proof proves something: an engine with a mistake in it is found out


def a_key_without_the_state() -> Any:
    real = keys.Asked.key
    return mock.patch.object(keys.Asked, "key", lambda self, head, seen, before: real(self, head, seen, ""))


def a_key_without_the_place() -> Any:
    real = keys.Asked.key

    def key(self: keys.Asked, head: str, *more: Any) -> str:
        return real(replace(self, tile=replace(self.tile, start=0, stop=self.tile.frames)), head, *more)

    return mock.patch.object(keys.Asked, "key", key)


def a_key_without_the_params() -> Any:
    real = keys.Asked.key
    return mock.patch.object(keys.Asked, "key", lambda self, *more: real(replace(self, digest=""), *more))


def a_key_with_no_more_than_the_recipes_name() -> Any:
    return mock.patch.object(work, "_head", lambda made: made.node.recipe.id)


def an_output_known_by_its_length() -> Any:
    real = work.Work.finish

    def finish(self: work.Work) -> None:
        real(self)
        if self.audio:
            self.content = f"{self.stream.frames} frames"

    return mock.patch.object(work.Work, "finish", finish)


def a_failure_that_is_published() -> Any:
    real = run_module.Runner.step

    def step(self: run_module.Runner, *more: Any) -> bool:
        try:
            return real(self, *more)
        except RecipeError:
            if self.work.ready_to_key and self.work.node.recipe.kind == "value":
                self.store.traces.put(self.work.key(), self.work.outputs())
            raise

    return mock.patch.object(run_module.Runner, "step", step)


def a_file_that_changes_unnoticed() -> Any:
    return mock.patch.object(run_module.Runner, "_check_sources", lambda self, complaint: None)


def a_blob_that_is_not_verified() -> Any:
    def read(self: blobs.Blobs, name: str) -> bytes:
        place = self.path(name)
        if place is None:
            raise blobs.DamagedBlob(name, corrupt=False)
        return place.read_bytes()

    return mock.patch.object(blobs.Blobs, "read", read)


def a_loss_that_is_forgotten() -> Any:
    class Oblivious(set):  # type: ignore[type-arg]
        def isdisjoint(self, other: Any) -> bool:
            return True

        def __contains__(self, name: object) -> bool:
            return False

    real = blobs.Blobs.__init__

    def init(self: blobs.Blobs, *more: Any) -> None:
        real(self, *more)
        self.lost = Oblivious()

    return mock.patch.object(blobs.Blobs, "__init__", init)


def a_file_written_in_place() -> Any:
    return mock.patch.object(publisher, "_copy", lambda made, place: publisher.shutil.copyfile(made.path, place))


MISTAKES = (
    (a_key_without_the_state, 5),
    (a_key_without_the_place, 6),
    (a_key_without_the_params, 3),
    (a_key_with_no_more_than_the_recipes_name, 5),
    (an_output_known_by_its_length, 3),
    (a_failure_that_is_published, 8),
    (a_file_that_changes_unnoticed, 7),
    (a_blob_that_is_not_verified, 4),
    (a_loss_that_is_forgotten, 7),
    (a_file_written_in_place, 1),
)
"""With the seed, of the first eight, whose histories find it soonest: most by the tenth, the rarest by the 273rd."""


@pytest.mark.parametrize(("mistake", "begin"), MISTAKES, ids=[mistake.__name__ for mistake, _ in MISTAKES])
def test_a_mistake_in_the_engine_is_found(mistake, begin) -> None:
    with mistake(), laboratory() as live, pytest.raises(Exception) as found:
        prove(live, 1500, begin - SEED, phases=(Phase.generate,))  # always the same histories: what they find is known
    print(found.value.__notes__[-1])
