"""Every key of every kind: az ml's body for it is ours, or the difference has a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.azml import standins
from conformance.azml.compare import differences
from conformance.azml.explained import EXPLAINED, Explained, explain, judge
from conformance.azml.keys import SCHEMAS, keys
from conformance.azml.ours import Bench
from conformance.azml.sdk import sdk_body
from conformance.parts.files import beside
from conformance.score import Cause, Miss
from mlinfra.providers.azure import provider
from tests.harness.azml.samples import SAMPLES

NOT_OURS: Mapping[str, str] = {
    "workspace discovery_url": "the service says it; az ml reads it and sends nothing of it",
    "workspace identity.principal_id": "the directory says it; az ml reads it and sends nothing of it",
    "workspace identity.tenant_id": "the directory says it; az ml reads it and sends nothing of it",
    "workspace managed_network.status": "the service says it; all that is in it is read-only",
    "* resource_id": "of attached computes; of these kinds az ml sends nothing of it",
    "computeinstance location": "az ml warns and sends the workspace's instead; we send what is written",
    "azure_data_lake_gen1 tags": "az ml's schema wants a map for each tag there, which no service takes",
    "environment id": "the service says it",
    "data_asset id": "the service says it",
}
"""Keys of az ml's schemas that no file needs, and that are not held against ours: kind and path, and why."""


def both(bench: Bench, kind: str, file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Az ml's body for a file, and ours, whatever the simulator then says to it."""
    standins.surround(file)
    with bench.desk() as desk:
        desk.around(kind, file, beside(kind, file))
        return sdk_body(kind, file), desk.sent(kind, refused=True)


def test_the_bodies_are_the_same_and_every_explanation_is_needed(tmp_path: Path) -> None:
    bench, wrong, used = Bench(tmp_path), list[Miss](), set[Explained]()
    for kind, samples in SAMPLES.items():
        for number, (name, text) in enumerate(samples.items()):
            file = tmp_path / kind / str(number) / "sample.yml"
            file.parent.mkdir(parents=True)
            file.write_text(text, encoding="utf-8")
            theirs, ours = both(bench, kind, file)
            miss = judge(name, kind, theirs, ours)
            wrong += [miss] if miss and miss.cause is not Cause.VERSION else []
            used |= {*explain(kind, differences(theirs, ours))[1]}
    assert wrong == []
    assert [row for row in EXPLAINED if row not in used] == []


def schema_of(kind: str) -> Mapping[str, Any]:
    if kind in provider.types:
        return provider.types[kind].schema({})
    type_ = provider.types["compute" if kind in ("amlcompute", "computeinstance") else "datastore"]
    return type_.schema({"type": kind})


def part_at(schema: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    """What the schema says of a key; what it says of the refused key above it, where it refuses that."""
    part: Any = schema
    for step in path.replace("[]", ".[]").split("."):
        if part.get("not") == {}:
            return dict(part)
        part = part.get("items") if step == "[]" else part.get("properties", {}).get(step)
        if part is None:
            return None
    return dict(part)


def written(value: Any, above: str = "") -> Iterator[str]:
    """The keys of a file."""
    for key, item in value.items() if isinstance(value, dict) else ():
        yield f"{above}{key}"
        yield from written(item, f"{above}{key}.")
        for each in item if isinstance(item, list) else ():
            yield from written(each, f"{above}{key}[].")


def in_samples(kind: str) -> set[str]:
    """The keys that the samples of a kind have."""
    found: set[str] = set()
    ours = kind if kind in SAMPLES else ("compute" if kind.endswith(("compute", "instance")) else "datastore")
    for text in SAMPLES[ours].values():
        body = yaml.safe_load(text)
        if ours == kind or str(body["type"]).lower() == kind:
            found |= {*written(body)}
    return found


def is_explained(kind: str, path: str) -> bool:
    return any(fnmatchcase(f"{kind} {path}", pattern) for pattern in NOT_OURS)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_key_of_az_ml_is_known_or_has_a_reason(kind: str) -> None:
    schema = schema_of(kind)
    unknown = [
        key.path
        for key in keys(kind)
        if not key.read_only and part_at(schema, key.path) is None and not is_explained(kind, key.path)
    ]
    assert unknown == []


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_key_that_is_refused_says_why(kind: str) -> None:
    schema = schema_of(kind)
    for key in keys(kind):
        part = part_at(schema, key.path) or {}
        assert part.get("not") != {} or part.get("x-hint"), key.path


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_samples_have_every_key_that_both_take(kind: str) -> None:
    schema, there = schema_of(kind), in_samples(kind)
    missing = [
        key.path
        for key in keys(kind)
        if not key.read_only
        and not is_explained(kind, key.path)
        and (part := part_at(schema, key.path)) is not None
        and part.get("not") != {}
        and key.path not in there
    ]
    assert missing == []


def test_every_reason_is_needed() -> None:
    all_keys = [f"{kind} {key.path}" for kind in SCHEMAS for key in keys(kind) if not key.read_only]
    for pattern in NOT_OURS:
        assert any(fnmatchcase(key, pattern) for key in all_keys), pattern


def test_keys_are_found_at_any_depth() -> None:
    found = {key.path: key.read_only for key in keys("computeinstance")}
    assert found["schedules.compute_start_stop[].trigger.schedule.week_days"] is False
    assert found["identity.user_assigned_identities[].resource_id"] is False
    assert found["os_image_metadata.current_image_version"] is True
    assert {"credentials.account_key", "credentials.sas_token"} <= {key.path for key in keys("azure_blob")}
