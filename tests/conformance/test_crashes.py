"""A process that dies at any moment loses nothing and makes nothing twice: for every type, whatever it does.

The moments of an undisturbed run are counted: before and after each request and each write to the store, and
in the middle of each write to the journal. Then one process after the other dies at each of them, and another
one does what a user does: the same command again. What is there then, what is recorded and how often each id
was created is what the undisturbed run left, and the plan is empty.

Here each pass dies at every moment at which something else is left behind than at the one before (dying
before and after a GET, or after one write and before the next, is one and the same death: nothing is left of
the process, and the rest is equal to the byte); of each line of the journal the middle or the end is torn, in
turn. Every moment of every pass, and whole stacks, die in `make test-full`. One worker keeps the order of
moments; eight workers are sampled, with a seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from mlinfra.state.manager import TTL, Locked
from tests.conformance.examples import EXAMPLES, Example
from tests.conformance.grounds import Ground, Grounds
from tests.conformance.mortal import Fate, Killed
from tests.conformance.passes import Pass, passes, successor, whole

pytestmark = pytest.mark.usefixtures("no_fsync")

ALL = list(passes())
REST = ("forget", "adopt")
"""Passes that send nothing: they die at every moment in `make test-full`."""
REPLACED = [example for example in EXAMPLES if "x-example-immutable" in example.schema]
WHOLE = list(whole())
SAMPLED = 4
"""Deaths among eight workers, of each whole stack that is sampled."""


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    return Grounds(tmp_path_factory.mktemp("grounds"))


@pytest.mark.parametrize("one", [one for one in ALL if one.name not in REST], ids=str)
def test_a_death_at_any_moment_is_made_good_by_the_next_command(one: Pass, grounds: Grounds) -> None:
    ground = grounds.of(one)
    everybody_dies(ground, ground.deaths)


@pytest.mark.parametrize("one", [one for one in WHOLE if one.example.type.name == "role_assignment"], ids=str)
def test_a_death_among_eight_workers_is_made_good(one: Pass, grounds: Grounds) -> None:
    eight_workers_die(grounds.of(one), SAMPLED)


@pytest.mark.parametrize("example", REPLACED, ids=str)
def test_a_death_between_a_successor_and_its_predecessor_is_made_good(
    example: Example, grounds: Grounds, tmp_path: Path
) -> None:
    one = successor(example, tmp_path)
    assert one is not None, "no name of this type can move along"
    ground = grounds.of(one)
    everybody_dies(ground, ground.deaths)


@pytest.mark.full
@pytest.mark.parametrize("one", ALL, ids=str)
def test_every_single_moment(one: Pass, grounds: Grounds) -> None:
    ground = grounds.of(one)
    everybody_dies(ground, range(len(ground.fate.moments)))


@pytest.mark.full
@pytest.mark.parametrize("one", WHOLE, ids=str)
def test_whole_stacks(one: Pass, grounds: Grounds) -> None:
    ground = grounds.of(one)
    everybody_dies(ground, ground.deaths)
    eight_workers_die(ground, 5 * SAMPLED)


def everybody_dies(ground: Ground, moments: Iterable[int]) -> None:
    wrong = [told for moment in moments if (told := _trouble(ground, moment, 1))]
    assert wrong == []


def eight_workers_die(ground: Ground, times: int) -> None:
    chance = random.Random(str(ground.one))
    moments = [chance.randrange(len(ground.fate.moments)) for _ in range(times)]
    wrong = [told for moment in moments if (told := _trouble(ground, moment, 8))]
    assert wrong == []


def _trouble(ground: Ground, moment: int, parallelism: int) -> str:
    """What is wrong after a death at this moment; empty when nothing is."""
    try:
        _dies(ground, moment, parallelism)
    except Exception as wrong:
        return f"{moment} {ground.fate.moments[moment]}: {type(wrong).__name__} {wrong}"
    return ""


def _dies(ground: Ground, moment: int, parallelism: int) -> None:
    """Of three processes one dies on another machine, so that its lock is waited for, and after another one
    somebody looks first."""
    life, want = ground.copy(), ground.one.want
    elsewhere = moment % 3 == 1
    host = "elsewhere" if elsewhere else ""
    process = life.process(Fate(moment), parallelism=parallelism, host=host)
    try:
        life.apply(process, want.options)
    except Killed:
        pass
    else:
        assert parallelism > 1, "it did not die"
    locked = elsewhere and process.store.holder() is not None
    if not locked:
        process.store.close_files()
    if moment % 3 == 2:
        before = life.files()
        life.plan(want)
        assert life.files() == before, "a plan wrote something"
    if locked:
        with pytest.raises(Locked):
            life.apply(life.process(), want.options)
    life.converge(want, lock_timeout=TTL + 1 if locked else 0.0)
    process.store.close_files()
    assert life.left() == ground.left
    assert life.cloud.made == ground.made
