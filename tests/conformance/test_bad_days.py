"""What makes requests fail for a while and not for ever: the engine waits as it is told, and goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mlinfra.config.loader import load
from mlinfra.engine.applier import StopSignal, apply
from mlinfra.engine.context import Options
from mlinfra.engine.planner import make_plan
from mlinfra.model.event import Event, Retrying
from mlinfra.simulator import Request, Simulator
from tests.conformance.examples import EXAMPLES, Example, resources
from tests.conformance.test_resource_types import Stage
from tests.conformance.worlds import SUBSCRIPTION, AzureWorld

OTHER = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-other"
IDENTITY = next(example for example in EXAMPLES if example.type.name == "user_assigned_identity")
REGISTRY = next(example for example in EXAMPLES if example.type.name == "container_registry")


def staged(example: Example, folder: Path) -> Stage:
    stage = Stage(example, folder)
    stage.write(resources(example, example.body))
    return stage


def simulator_of(stage: Stage) -> Simulator:
    assert isinstance(stage.world, AzureWorld)
    return stage.world.simulator


def waits(
    stage: Stage, between: Callable[[], None], then: Callable[[], None] = lambda: None
) -> list[Retrying]:
    """How often an apply waited; ``between`` happens after it was planned, ``then`` at each wait."""
    told: list[Retrying] = []

    def tell(event: Event) -> None:
        if isinstance(event, Retrying):
            told.append(event)
            then()

    with stage.manager.session(command="apply") as session:
        planned = make_plan(load(stage.folder), session.snapshot, stage.context, Options())
        between()
        result = apply(planned, session, stage.context, tell, StopSignal())
    assert result.failures == ()
    return told


def test_an_empty_bucket_is_waited_for(tmp_path: Path) -> None:
    stage = staged(IDENTITY, tmp_path)
    simulator = simulator_of(stage)
    query, media = {"api-version": "2024-03-01"}, {"content-type": "application/json"}

    def drain() -> None:
        answers = [
            simulator.handle(Request("PUT", OTHER, query, media, b'{"location": "westeurope"}'))
            for _ in range(500)
        ]
        refused = next(answer for answer in reversed(answers) if answer.status == 429)
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["x-ms-ratelimit-remaining-subscription-writes"] == "0"
        while (
            simulator.handle(Request("PUT", OTHER, query, media, b'{"location": "westeurope"}')).status < 300
        ):
            pass

    told = waits(stage, drain)
    assert [(event.after, event.why.partition(" requests")[0]) for event in told] == [
        (1.0, "Number of 'writes'")
    ]
    stage.nothing_to_do()


def test_somebody_elses_operation_is_waited_for(tmp_path: Path) -> None:
    stage = staged(REGISTRY, tmp_path)
    stage.apply()
    stage.write(resources(REGISTRY, {**REGISTRY.body, **REGISTRY.schema["x-example-update"]}))
    store, id = simulator_of(stage)._store, stage.main().id

    def work(operation: str) -> None:
        resource = store.get(id)
        assert resource is not None
        resource.operation = operation
        store.put(resource)

    told = waits(stage, lambda: work("somebody's"), lambda: work(""))
    assert [event.why for event in told] == [
        f"Another operation on '{id}' is in progress. Retry when it is over."
    ]
    stage.nothing_to_do()
