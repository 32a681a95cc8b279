"""Why a node runs: builds, dry runs and `explain` share one function."""

from __future__ import annotations

from dataclasses import replace

import pytest

from songbuild.engine import Reason, build, decide_all, differences, load_last

EVENTS = [[10, 50, 0.5], [150, 80, 0.25]]


def graph(toys, gain=0.5, events=EVENTS, revision=1, grid=(0, 100, 200, 300), channel="bass channel", **more):
    notes = toys.notes("bass", events, revision=revision)
    made = toys.gain(channel, notes, gain, **more)
    node = replace(made, origins={("gain",): ("mix", "channels", "bass", "gain_db")})
    return toys.graph(node, grid)


def decisions(toys, store, **changes):
    return {d.name: d for d in decide_all(graph(toys, **changes), store, load_last(store, "song"))}


def test_a_dry_run_says_what_a_build_does_and_does_nothing(toys, store) -> None:
    found = decisions(toys, store)
    assert [d.status for d in found.values()] == ["run", "may run", "may run"]
    assert found["bass"].reasons == (Reason("new"),) and found["out"].waits == ("bass channel",)
    assert toys.taken() == {}
    build(graph(toys), store, song="song")
    assert {d.status for d in decisions(toys, store).values()} == {"reused"}


@pytest.mark.parametrize(
    ("changes", "node", "text"),
    [
        ({"gain": 0.25}, "bass channel", "mix.channels.bass.gain_db: 0.5 -> 0.25"),
        ({"gain": 1}, "bass channel", "mix.channels.bass.gain_db: 0.5 -> 1"),
        ({"pan": 0.1}, "bass channel", "pan: nothing -> 0.1"),
        ({"events": [[10, 50, 0.5], [150, 80, 0.3]]}, "bass", "events.1.2: 0.25 -> 0.3"),
        ({"events": [[10, 50, 0.5], [90, 5, 0.1], [150, 80, 0.25]]}, "bass", "events.1: nothing -> [90, 5, 0.1]"),
        ({"revision": 2}, "bass", "recipe ['notes', 1] -> ['notes', 2]"),
        ({"grid": (0, 100, 220, 300)}, "bass", "bar lines or length changed"),
        ({"channel": "renamed", "gain": 0.3}, "renamed", "new"),
    ],
)
def test_reasons_name_what_changed(toys, store, changes, node, text) -> None:
    build(graph(toys), store, threads=1, song="song")
    dry = decisions(toys, store, **changes)[node]
    assert (dry.status, [str(reason) for reason in dry.reasons]) == ("run", [text])
    made = build(graph(toys, **changes), store, threads=1, song="song")
    (record,) = [record for record in made.records if record.name == node]
    assert record.reasons == dry.reasons


def test_what_waits_says_for_what_and_a_build_knows_in_the_end(toys, store) -> None:
    build(graph(toys), store, threads=1, song="song")
    events = [[10, 50, 0.5], [150, 80, 0.3]]
    dry = decisions(toys, store, events=events)["bass channel"]
    assert (dry.status, dry.waits, [str(r) for r in dry.reasons]) == ("may run", ("bass",), ["input bass may change"])
    made = build(graph(toys, events=events), store, threads=1, song="song")
    assert {r.name: [str(x) for x in r.reasons] for r in made.records} == {
        "bass": ["events.1.2: 0.25 -> 0.3"],
        "bass channel": ["input bass changed"],
        "out": ["input bass channel changed"],
    }


def test_what_was_evicted_says_so(toys, store) -> None:
    build(graph(toys), store, threads=1, song="song")
    store.traces._database.execute("DELETE FROM traces")
    assert decisions(toys, store)["bass"].reasons == (Reason("evicted"),)


def test_a_changed_source_is_named(toys, store, tmp_path) -> None:
    path = tmp_path / "take.raw"
    path.write_bytes(b"TAKE" + b"\0" * 40)
    build(toys.graph(toys.placed("p", toys.take("take", path), 0)), store, song="song")
    path.write_bytes(b"TAKE" + b"\1" * 40)
    found = decide_all(toys.graph(toys.placed("p", toys.take("take", path), 0)), store, load_last(store, "song"))
    assert [str(reason) for reason in found[0].reasons] == ["file take.raw changed"]


def test_the_last_build_is_kept_per_song_and_damage_to_it_is_harmless(toys, store) -> None:
    build(graph(toys), store, song="song")
    build(graph(toys, gain=0.1), store, song="other")
    assert load_last(store, "song").get("bass channel")["params"]["gain"] == 0.5
    assert load_last(store, "other").get("bass channel")["params"]["gain"] == 0.1
    (store.folder / "songs" / "song" / "last").write_bytes(b"x\nrubbish")
    assert load_last(store, "song").get("bass channel") is None
    with pytest.raises(ValueError, match="not a song id"):
        load_last(store, "../song")


def test_differences_of_values() -> None:
    old = {"a": [1, 2, 3], "b": {"c": 1.0, "d": True}, "e": "x"}
    new = {"a": [1, 9, 2, 3], "b": {"c": 1, "d": 1}, "f": None, "e": "x"}
    assert list(differences(old, new)) == [
        (("a", 1), None, 9), (("b", "c"), 1.0, 1), (("b", "d"), True, 1), (("f",), None, None)]  # fmt: skip
    assert list(differences([1, 1, 1], [1, 1])) == [((2,), 1, None)]
    assert list(differences({"a": (1, 2)}, {"a": [1, 2]})) == []


def test_at_most_fifty_reasons(toys, store) -> None:
    build(graph(toys, events=[[n, 1, 0.1] for n in range(200)]), store, song="song")
    assert len(decisions(toys, store, events=[[n, 1, 0.2] for n in range(200)])["bass"].reasons) == 50
