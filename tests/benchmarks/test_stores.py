"""What is promised of a store is held against what it took."""

import pytest

from benchmarks.stores import QUICK_STORES, StoreCost, judged, stores_table


@pytest.mark.parametrize(
    ("remote", "kept"),
    [
        (StoreCost("x", steps=[10.0], reads=[200.0], applies=[3.0]), True),
        (StoreCost("x", steps=[10.1], reads=[1.0], applies=[2.0]), False),
        (StoreCost("x", steps=[1.0], reads=[201.0], applies=[2.0]), False),
        (StoreCost("x", steps=[1.0], reads=[1.0], applies=[3.1]), False),
        (StoreCost("x", steps=[1.0, 2.0, 90.0], reads=[1.0], applies=[1.0, 2.9, 50.0]), True),
    ],
)
def test_what_is_promised_is_held_against_each_limit(remote: StoreCost, kept: bool) -> None:
    local = StoreCost("local", steps=[99.0], reads=[999.0], applies=[2.0])
    first, second = judged([local, remote])
    assert first["kept"] is None
    assert second["kept"] is kept
    told = stores_table([first, second], QUICK_STORES).splitlines()
    assert told[2].endswith("  kept" if kept else "  MISSED")
