"""Whatever one request is answered with: the run converges, or fails cleanly and the next one does.

Each request of an undisturbed run is hit by each fault that it can meet (`faults`). A run that is hit raises
nothing but what a user is told, with a code; what depends on what failed was not begun; what was done is
recorded: the same command again, now undisturbed, leaves what the undisturbed run left, creates no id that
was created before, and its plan is empty. Faults that pass are sat out by the run itself.

That is some twenty thousand runs; all of them are made by `make test-full`. In `make test`, for each pass
of each example a seeded sample, in which every kind of fault comes up with many types; of whole stacks,
where much depends on what is hit, there is a sample in both.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from mlinfra.engine.applier import Applied
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.event import Failed, Started
from mlinfra.model.plan import Action
from tests.conformance.clouds import AzureCloud
from tests.conformance.faults import FAULTS, Fault, Weather
from tests.conformance.grounds import Ground, Grounds
from tests.conformance.lives import Life, Process
from tests.conformance.passes import Pass, passes, whole

pytestmark = pytest.mark.usefixtures("no_fsync")

ALL = [one for one in passes() if one.example.registered.provider.name == "azure"]
WHOLE = [one for one in whole() if one.example.registered.provider.name == "azure"]
SAMPLED = 4
"""Pairs of request and fault of each pass."""

Pair = tuple[int, Fault]


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
    return Grounds(tmp_path_factory.mktemp("grounds"))


@pytest.mark.parametrize("one", ALL, ids=str)
def test_a_sample_of_requests_and_faults(one: Pass, grounds: Grounds) -> None:
    ground = grounds.of(one)
    pairs = list(pairs_of(ground))
    hit(ground, random.Random(str(one)).sample(pairs, min(SAMPLED, len(pairs))))


@pytest.mark.parametrize("one", [one for one in WHOLE if one.example.type.name == "role_assignment"], ids=str)
def test_a_sample_where_much_depends_on_what_is_hit(one: Pass, grounds: Grounds) -> None:
    ground = grounds.of(one)
    hit(ground, random.Random(str(one)).sample(list(pairs_of(ground)), 5 * SAMPLED))


@pytest.mark.full
@pytest.mark.parametrize("one", WHOLE, ids=str)
def test_whole_stacks(one: Pass, grounds: Grounds) -> None:
    ground = grounds.of(one)
    pairs = list(pairs_of(ground))
    hit(ground, random.Random(str(one)).sample(pairs, min(20 * SAMPLED, len(pairs))))


@pytest.mark.full
@pytest.mark.parametrize("one", ALL, ids=str)
def test_every_request_and_every_fault(one: Pass, grounds: Grounds) -> None:
    ground = grounds.of(one)
    hit(ground, pairs_of(ground))


def pairs_of(ground: Ground) -> Iterator[Pair]:
    life = ground.copy()
    weather = Weather(_cloud(life).simulator)
    life.apply(life.process(weather=weather), ground.one.want.options)
    for number, sent in enumerate(weather.sent):
        for fault in FAULTS:
            if fault.meets(sent):
                yield number, fault


def hit(ground: Ground, pairs: Iterator[Pair] | list[Pair]) -> None:
    wrong = [told for number, fault in pairs if (told := _trouble(ground, number, fault))]
    assert wrong == []


def _trouble(ground: Ground, number: int, fault: Fault) -> str:
    life = ground.copy()
    weather = Weather(_cloud(life).simulator, fault, number)
    try:
        _runs(life, ground, weather, fault)
    except Exception as wrong:
        sent = weather.sent[number] if number < len(weather.sent) else None
        return f"{fault} at {number} {sent}: {type(wrong).__name__} {wrong}"
    return ""


def _runs(life: Life, ground: Ground, weather: Weather, fault: Fault) -> None:
    process, want = life.process(weather=weather), ground.one.want
    try:
        applied = life.apply(process, want.options)
    except MlinfraError as refused:
        told: tuple[Diagnostic, ...] = tuple(refused.diagnostics)
    else:
        assert applied is not None
        told = applied.failures
        _check_skipped(process, applied)
    assert weather.hits
    assert all(one.code and one.summary for one in told)
    # Whether a purge is over nobody can tell where the service does not say what it keeps.
    if fault.passes and not (fault.lasting and ground.one.name == "purge"):
        assert told == ()
    life.converge(want)
    left = life.left()
    if not fault.ends:
        assert (left, life.cloud.made) == (ground.left, ground.made)
        return
    # A creation that failed may be replaced. An update that failed has left what was asked for, and the word
    # Failed: nothing of ours differs, so no plan has anything to do.
    failing = {f"{id} failed" for id in ground.left.there}
    assert {id.removesuffix(" failed") for id in left.there} == ground.left.there
    assert ground.one.action is Action.UPDATE or left.there.isdisjoint(failing)
    assert (left.recorded, set(life.cloud.made)) == (ground.left.recorded, set(ground.made))


def _check_skipped(process: Process, applied: Applied) -> None:
    """Nothing that depends on what failed was begun, and all of it is told to have been skipped."""
    held_up = {step for event in process.events if isinstance(event, Failed) for step in event.skipped}
    assert held_up <= set(applied.skipped)
    assert held_up.isdisjoint(event.step for event in process.events if isinstance(event, Started))


def _cloud(life: Life) -> AzureCloud:
    assert isinstance(life.cloud, AzureCloud)
    return life.cloud
