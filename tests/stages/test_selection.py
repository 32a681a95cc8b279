"""What of a song is built: one track soloed, and the master with a loudness gain known from before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from songbuild import api, engine
from songbuild.api.planning import plan_song
from songbuild.stages.plan import Selection, listening
from support import SMALL, read_wav, render


@pytest.mark.parametrize("name", ["bass", "low"])
def test_solo_is_the_master_of_a_song_in_which_only_that_is_soloed(small_song: Path, name: str) -> None:
    done = render(small_song, selection=Selection(solo=(name,)))
    (file,) = done.facts["files"]
    assert file == f"preview/solo-{name}.wav"
    assert not (small_song / "out/small-24bit.wav").exists()
    where = {"bass": "    bass: {", "low": "  buses: {low: {"}[name]
    (small_song / "song.yaml").write_text(SMALL.replace(where, f"{where}solo: true, "))
    render(small_song)
    written = read_wav(small_song / "out/small-24bit.wav")
    assert np.abs(written - read_wav(small_song / "out" / file)).max() <= 2 / 2**23


def test_solo_of_what_is_muted_is_heard_and_solos_in_the_song_do_not_count(small_song: Path) -> None:
    render(small_song, selection=Selection(solo=("bass", "keys")))
    plain = read_wav(small_song / "out/preview/solo-bass-keys.wav")
    text = SMALL.replace("    bass: {", "    bass: {mute: true, ").replace("    drums: {", "    drums: {solo: true, ")
    (small_song / "song.yaml").write_text(text)
    render(small_song, selection=Selection(solo=("bass", "keys")))
    assert np.array_equal(plain, read_wav(small_song / "out/preview/solo-bass-keys.wav"))


def test_solo_of_bars_is_that_part_of_the_file(small_song: Path) -> None:
    done = render(small_song, selection=Selection(solo=("bass",), bars=(2, 2)))
    (file,) = done.facts["files"]
    assert read_wav(small_song / "out" / file).shape == (2, 2 * 44_100)


def test_solo_of_a_return_or_of_nothing_is_wrong_usage(small_song: Path) -> None:
    for name in ("room", "bas"):
        with pytest.raises(api.UsageError, match=f"--solo {name}: there is no such track or bus"):
            api.render(small_song, Selection(solo=(name,)))


def test_what_is_listened_to_has_a_name() -> None:
    assert Selection(bars=(1, 2)).heard == Selection(solo=("bass",)).heard == {"master"}
    assert Selection(only=("bass", "room")).heard == {"stem bass", "stem room"}


@pytest.mark.parametrize("off", [0.0, 0.1])
def test_the_master_by_a_gain_from_before_has_the_tiles_of_the_song_if_the_gain_stays(
    small_song: Path, off: float
) -> None:
    with api.open_store() as store:
        plan = plan_song(small_song, store, Selection(), False).plan
        assert plan is not None
        gain = engine.build(plan.graph, store).values["loudness gain"]
        graph = listening(plan.graph, gain + off)
        assert graph is not None
        built = engine.build(graph, store)
    ran = {record.name: record.ran for record in built.records}
    assert ran["mix"] == 0
    assert (ran["master"] == 0) == (off == 0.0)


def test_without_a_loudness_target_there_is_no_gain_to_know(small_song: Path) -> None:
    (small_song / "song.yaml").write_text(SMALL.replace("loudness: -16", "loudness: null"))
    with api.open_store() as store:
        plan = plan_song(small_song, store, Selection(), False).plan
    assert plan is not None
    assert listening(plan.graph, 1.0) is None
