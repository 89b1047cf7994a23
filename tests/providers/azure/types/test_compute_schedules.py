from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.engine.schema import comparable
from mlinfra.providers.azure.types.compute_schedules import SCHEDULES, normal_schedules
from mlinfra.providers.azure.types.schema import from_arm, to_arm

STOP = {
    "action": "stop",
    "trigger": {
        "type": "cron",
        "start_time": "2021-03-10T21:21:07",
        "time_zone": "Pacific Standard Time",
        "expression": "0 18 * * *",
    },
}
START = {
    "action": "start",
    "trigger": {
        "type": "recurrence",
        "frequency": "week",
        "interval": 1,
        "schedule": {"hours": [0], "minutes": [15], "week_days": ["monday", "tuesday"]},
    },
}
ANSWERED = {
    "computeStartStop": [
        {
            "triggerType": "Recurrence",
            "recurrence": {
                "frequency": "Week",
                "interval": 1,
                "startTime": None,
                "timeZone": "UTC",
                "schedule": {"hours": [0], "minutes": [15], "weekDays": ["Monday", "Tuesday"]},
            },
            "cron": None,
            "action": "Start",
            "id": "1538907e",
            "status": "Enabled",
            "provisioningStatus": "Completed",
        },
        {
            "triggerType": "Cron",
            "recurrence": None,
            "cron": {
                "expression": "0 18 * * *",
                "startTime": "2021-03-10T21:21:07",
                "timeZone": "Pacific Standard Time",
            },
            "action": "Stop",
            "id": "c64e60e0",
            "status": "Enabled",
            "provisioningStatus": "Completed",
        },
    ]
}


def sent(*entries: dict[str, Any]) -> Any:
    body = to_arm((SCHEDULES,), {"schedules": {"compute_start_stop": list(entries)}})
    return body["properties"]["properties"]["schedules"]["computeStartStop"]


def read(raw: Any) -> Any:
    return from_arm((SCHEDULES,), {"properties": {"properties": {"schedules": raw}}}).get("schedules")


def test_the_body_is_what_az_ml_sends() -> None:
    assert sent(STOP, START) == [
        {
            "action": "stop",
            "status": "Enabled",
            "triggerType": "Cron",
            "cron": {
                "startTime": "2021-03-10T21:21:07",
                "timeZone": "Pacific Standard Time",
                "expression": "0 18 * * *",
            },
        },
        {
            "action": "start",
            "status": "Enabled",
            "triggerType": "Recurrence",
            "recurrence": {
                "timeZone": "UTC",
                "frequency": "week",
                "interval": 1,
                "schedule": {"hours": [0], "minutes": [15], "weekDays": ["monday", "tuesday"]},
            },
        },
    ]


def test_a_recurrence_without_times_sends_empty_ones() -> None:
    trigger = {"type": "recurrence", "frequency": "day", "interval": 2}
    found = sent({"action": "start", "state": "disabled", "trigger": trigger})
    assert found[0]["recurrence"]["schedule"] == {"hours": [], "minutes": []}
    assert found[0]["status"] == "Disabled"


def test_what_is_answered_in_another_order_and_casing_is_the_same() -> None:
    written = {"compute_start_stop": [STOP, START]}
    schema = SCHEDULES.described()
    assert comparable(read(ANSWERED), schema) == comparable(normal_schedules(written), schema)


def test_another_time_is_another_schedule() -> None:
    schema = SCHEDULES.described()
    later = {**STOP, "trigger": {**STOP["trigger"], "expression": "0 19 * * *"}}  # type: ignore[dict-item]
    written = normal_schedules({"compute_start_stop": [later, START]})
    assert comparable(read(ANSWERED), schema) != comparable(written, schema)


@pytest.mark.parametrize("raw", [None, {}, {"computeStartStop": None}, {"computeStartStop": []}])
def test_no_schedules_are_no_attribute(raw: Any) -> None:
    assert read(raw) is None


def test_normalising_is_idempotent() -> None:
    once = normal_schedules({"compute_start_stop": [{**STOP, "action": "Stop"}, START]})
    assert once["compute_start_stop"][0]["action"] == "stop"
    assert normal_schedules(once) == once
    assert normal_schedules(None) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "pause", "trigger": STOP["trigger"]},
        {"action": "stop"},
        {"action": "stop", "trigger": {"type": "cron", "end_time": "2031-01-01T00:00:00"}},
        {"action": "stop", "trigger": {"type": "recurrence", "frequency": "year", "interval": 1}},
    ],
)
def test_what_azure_does_not_know_is_refused(wrong: dict[str, Any]) -> None:
    validator = Draft202012Validator(SCHEDULES.described())
    assert validator.is_valid({"compute_start_stop": [STOP, START]})
    assert not validator.is_valid({"compute_start_stop": [wrong]})
