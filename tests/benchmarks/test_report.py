from datetime import date

from benchmarks.cases import Case, Goal, Peer
from benchmarks.measure import Cost
from benchmarks.report import document, table
from benchmarks.run import Result

TODAY = date(2026, 11, 21)
PEER = Peer("data", 10, "noop")


def only(case: Case, ours: list[Cost], theirs: list[Cost]) -> dict[str, object]:
    found: dict[str, object] = document([Result(case, ours, theirs)], [], today=TODAY)["cases"][0]
    return found


def test_medians_and_the_highest_peak_count() -> None:
    shown = only(Case("plan", ("plan",)), [Cost(1, 3, 10, 7), Cost(5, 1, 30, 7), Cost(2, 2, 20, 7)], [])
    assert shown["ours"] == {
        "wall_s": 2,
        "cpu_s": 2,
        "peak_mib": 30,
        "requests": 7,
        "runs": [
            {"wall_s": 1, "cpu_s": 3, "peak_mib": 10},
            {"wall_s": 5, "cpu_s": 1, "peak_mib": 30},
            {"wall_s": 2, "cpu_s": 2, "peak_mib": 20},
        ],
    }
    assert "ratio" not in shown
    assert shown["kept"] is None


def test_a_share_of_the_peers_is_judged() -> None:
    theirs = [Cost(10, 10, 300, 600)]
    for goal, kept in (
        (Goal(time=1 / 5, memory=1 / 3, requests=1 / 10), True),
        (Goal(time=1 / 11), False),
        (Goal(memory=1 / 4), False),
        (Goal(requests=1 / 20), False),
        (Goal(seconds=1.0, time=1 / 5), True),
        (Goal(seconds=0.9, time=1 / 5), False),
    ):
        shown = only(Case("plan", ("plan",), goal, peer=PEER), [Cost(1, 1, 100, 60)], theirs)
        assert shown["ratio"] == {"time": 0.1, "cpu": 0.1, "memory": 0.3333, "requests": 0.1}
        assert shown["kept"] is kept


def test_without_a_peer_its_share_is_not_judged() -> None:
    assert only(Case("plan", ("plan",), Goal(time=0.1), peer=PEER), [Cost(1, 1, 1)], [])["kept"] is None


def test_the_table_has_a_line_for_each_case_and_for_what_grows() -> None:
    case = Case("empty plan of 20", ("plan",), Goal(time=1 / 8, memory=1 / 3), count=20, peer=PEER)
    small = Case("empty plan of 10", ("plan",))
    results = [Result(small, [Cost(0.5, 0.5, 40)]), Result(case, [Cost(2, 1, 50, 2)], [Cost(10, 1, 100)])]
    told = table(document(results, [(small.name, case.name)], today=TODAY)).splitlines()
    assert told[1].split() == ["empty", "plan", "of", "10", "500", "ms", "500", "ms", "40", "MiB"]
    assert told[2].endswith("10.00 s  100 MiB            1/5.0   1/2.0  time 1/8, memory 1/3  MISSED")
    assert told[-1] == "empty plan of 20: 4.0 times empty plan of 10"
