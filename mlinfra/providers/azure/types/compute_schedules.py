"""When an instance starts and stops: az ml's ``schedules.compute_start_stop`` and ARM's ``schedules``.

S:entities._compute._schedule, _schedule.trigger of azure-ai-ml 1.35.2. The service answers in another order
and casing than it was sent, and adds an id and a state to each (R:mlv2
test_compute_compute_instance_with_schedules).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.providers.azure.types.ml_words import shaped
from mlinfra.providers.azure.types.schema import Property, choice, integer, text

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FREQUENCIES = ("minute", "hour", "day", "week", "month")

_SOURCE = (
    "S:entities._compute._schedule; R:mlv2 test_compute_compute_instance_with_schedules; in place: guessed"
)


def _row(name: str, schema: dict[str, Any], *, required: bool = False) -> Property:
    return Property(name, "", schema, _SOURCE, required=required)


def _numbers(description: str) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {"type": "integer"},
        "x-unordered": True,
        "description": description,
    }


def _needs(kind: str, *keys: str) -> dict[str, Any]:
    """What a trigger of a kind cannot be without (S:entities._schedule.trigger)."""
    letters = "".join(f"[{letter}{letter.upper()}]" for letter in kind)
    of_kind = {"required": ["type"], "properties": {"type": {"pattern": f"^{letters}$"}}}
    return {"if": of_kind, "then": {"required": list(keys)}}


def _schema() -> dict[str, Any]:
    days = {
        "type": "array",
        "items": choice(*_DAYS, x_case_insensitive=True),
        "description": "Days of the week.",
        "x-unordered": True,
    }
    times = shaped(
        {"description": "recurrence: the times of a day, and the days of a week."},
        _SOURCE,
        _row("hours", _numbers("Hours of the day.")),
        _row("minutes", _numbers("Minutes of the hour.")),
        _row("week_days", days),
    )
    trigger = shaped(
        {
            "description": "When it happens.",
            "allOf": [_needs("cron", "expression"), _needs("recurrence", "frequency", "interval")],
        },
        _SOURCE,
        _row(
            "type",
            choice("cron", "recurrence", description="How the time is given.", x_case_insensitive=True),
            required=True,
        ),
        _row("expression", text(description="cron: the expression, as in `0 18 * * *`.")),
        _row(
            "frequency",
            choice(
                *_FREQUENCIES, description="recurrence: the unit of the interval.", x_case_insensitive=True
            ),
        ),
        _row("interval", integer(minimum=1, description="recurrence: every how many units.")),
        _row("schedule", times),
        _row("start_time", text(description="Not before this time: yyyy-MM-ddTHH:mm:ss.")),
        _row("time_zone", text(default="UTC", description="A Windows time zone name; left out, UTC.")),
    )
    entry = {
        "type": "array",
        "description": "One entry for each time.",
        "x-unordered": True,
    }
    state = choice(
        "enabled",
        "disabled",
        default="enabled",
        description="Whether it is in force.",
        x_case_insensitive=True,
    )
    action = choice("start", "stop", description="What happens.", x_case_insensitive=True)
    entries = shaped(
        entry,
        _SOURCE,
        _row("action", action, required=True),
        _row("state", state),
        _row("trigger", trigger, required=True),
    )
    return shaped(
        {"description": "When the instance starts and stops by itself."},
        _SOURCE,
        _row("compute_start_stop", entries),
    )


def normal_schedules(value: Any) -> Any:
    """One spelling; what az ml fills in (UTC, enabled, empty times) filled in."""
    if not isinstance(value, Mapping) or not isinstance(value.get("compute_start_stop"), list):
        return value
    entries = [_normal_entry(e) if isinstance(e, Mapping) else e for e in value["compute_start_stop"]]
    return {**value, "compute_start_stop": entries}


def _normal_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    result = {"state": "enabled", **_lowered(entry, "action", "state")}
    trigger = result.get("trigger")
    if isinstance(trigger, Mapping):
        trigger = {"time_zone": "UTC", **_lowered(trigger, "type", "frequency")}
        if trigger.get("type") == "recurrence":
            times = trigger.get("schedule")
            trigger["schedule"] = {
                "hours": [],
                "minutes": [],
                **(times if isinstance(times, Mapping) else {}),
            }
            days = trigger["schedule"].get("week_days")
            if isinstance(days, list):
                trigger["schedule"]["week_days"] = [str(day).lower() for day in days]
        result["trigger"] = trigger
    return result


def _lowered(value: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {
        key: item.lower() if key in keys and isinstance(item, str) else item
        for key, item in value.items()
        if item is not None
    }


def _write(value: Mapping[str, Any]) -> dict[str, Any]:
    wanted = normal_schedules(value)
    return {"computeStartStop": [_write_entry(entry) for entry in wanted.get("compute_start_stop") or ()]}


def _write_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    trigger = entry["trigger"]
    when: dict[str, Any] = {
        arm: trigger[key]
        for key, arm in (("start_time", "startTime"), ("time_zone", "timeZone"))
        if trigger.get(key) is not None
    }
    if trigger["type"] == "cron":
        when["expression"] = trigger.get("expression")
    else:
        times = dict(trigger["schedule"])
        days = times.pop("week_days", None)
        when |= {"frequency": trigger.get("frequency"), "interval": trigger.get("interval")}
        when["schedule"] = {**times, **({"weekDays": days} if days is not None else {})}
    return {
        "action": entry["action"],
        "status": entry["state"].capitalize(),
        "triggerType": trigger["type"].capitalize(),
        trigger["type"]: when,
    }


def _read(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    entries = [
        _read_entry(entry) for entry in raw.get("computeStartStop") or () if isinstance(entry, Mapping)
    ]
    read: dict[str, Any] = normal_schedules({"compute_start_stop": entries})
    return read if entries else None


def _read_entry(raw: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(raw.get("triggerType", "")).lower()
    when = raw.get(kind)
    when = when if isinstance(when, Mapping) else {}
    trigger: dict[str, Any] = {"type": kind}
    for key, arm in (
        ("expression", "expression"),
        ("frequency", "frequency"),
        ("interval", "interval"),
        ("start_time", "startTime"),
        ("time_zone", "timeZone"),
    ):
        if when.get(arm) is not None:
            trigger[key] = when[arm]
    times = when.get("schedule")
    if isinstance(times, Mapping):
        pairs = (("hours", "hours"), ("minutes", "minutes"), ("week_days", "weekDays"))
        trigger["schedule"] = {key: times[arm] for key, arm in pairs if times.get(arm) is not None}
    return {"action": raw.get("action"), "state": raw.get("status"), "trigger": trigger}


SCHEDULES = Property(
    "schedules",
    "properties.properties.schedules",
    _schema(),
    _SOURCE,
    write=_write,
    read=_read,
    whole=True,
)
"""The row of ``schedules``."""
