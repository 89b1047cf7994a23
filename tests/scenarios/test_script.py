from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.script import Copy, Result, Run, Write, fits, read, updated

TEXT = """\
What it shows.
-- copy examples/quickstart --
-- file a/b.yaml --
stack: a

resources: {}
-- run --
$ A=1 mlinfra -C 'a b' plan
? 2
one …

three
2| wrong

% mlinfra apply
< yes
? 0
"""


def test_a_scenario_reads_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(TEXT, encoding="utf-8")
    scenario = read(path)
    copy, write, plan, apply = scenario.steps
    assert copy == Copy("examples/quickstart")
    assert write == Write("a/b.yaml", ("stack: a", "", "resources: {}"))
    assert isinstance(plan, Run)
    assert (plan.line, plan.code, plan.expected) == (8, 2, ("one …", "", "three", "2| wrong"))
    assert (plan.environment, plan.arguments) == ({"A": "1"}, ["mlinfra", "-C", "a b", "plan"])
    assert isinstance(apply, Run)
    assert (apply.own_process, apply.answer, apply.code) == (True, "yes", 0)
    assert scenario.dump() == TEXT


@pytest.mark.parametrize("text", ["-- run --\nplan\n", "-- file --\n"])
def test_what_makes_no_sense_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.txt:\d"):
        read(path)


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        (["a"], ["a"], True),
        (["a"], ["b"], False),
        (["a"], ["a", "b"], False),
        (["took … s (really)"], ["took 0.3 s (really)"], True),
        (["a…"], ["b"], False),
        (["a", "[..]", "z"], ["a", "b", "c", "z"], True),
        (["a", "[..]", "z"], ["a", "z"], True),
        (["a", "[..]", "z"], ["a", "b"], False),
        (["…"], ["a", "b"], False),
    ],
)
def test_what_was_printed_against_what_was_expected(
    expected: list[str], actual: list[str], same: bool
) -> None:
    assert fits(expected, actual) is same


def test_an_update_keeps_general_lines_that_still_fit() -> None:
    assert updated(["took … s", "old"], ["took 3 s", "new"]) == ("took … s", "new")
    assert updated(["a", "[..]"], ["a", "b"]) == ("a", "[..]")
    assert updated(["a", "[..]", "y", "z"], ["a", "b", "c", "z"]) == ("a", "[..]", "z")
    assert updated(["a", "b"], ["a", "c"]) == ("a", "c")


def test_an_update_leaves_out_what_another_run_would_print_otherwise() -> None:
    actual = ["9 resources · refreshed with 3 requests in 0.1 s", '  "at": 3.5, "serial": 1']
    expected = ("9 resources · refreshed with 3 requests in …", '  "at": …, "serial": 1')
    assert updated([], actual) == expected


def test_both_streams_are_told_apart() -> None:
    assert Result(1, "out  \n\n", "no\n\nwhy\n").lines == ["out", "", "2| no", "2|", "2| why"]
