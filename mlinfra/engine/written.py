"""What a stack says, by address, in digests: two that are equal mean the same, however they are written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from mlinfra.engine.instance import Instance
from mlinfra.engine.resolve import Resolver
from mlinfra.engine.settings import Settings
from mlinfra.model.check import Check
from mlinfra.model.encoding import encode
from mlinfra.model.planfile import hidden
from mlinfra.model.source import Template


def written(resolver: Resolver, settings: Settings) -> dict[str, str]:
    """A digest of each instance and of each provider's settings, as evaluated over what is recorded.

    Files, templates and uploads are in it by what they give. Secrets are not: whether they are the same is
    told by their `Trace`.
    """
    providers = sorted({settings.chosen(one.block, one.registered.provider.name) for one in resolver.all()})
    found = {f"settings of {name}": _digest(settings.recordable(name)) for name in providers}
    found |= {f"check {check.name}": _digest({"check": _checked(check)}) for check in resolver.config.checks}
    return found | {str(instance.address): _digest(_said(instance)) for instance in resolver.all()}


def moved(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """What differs, each with how: ``changed``, ``added``, ``removed``."""
    words = dict.fromkeys(now.keys() - before.keys(), "added")
    words |= dict.fromkeys(before.keys() - now.keys(), "removed")
    words |= {name: "changed" for name in before.keys() & now.keys() if before[name] != now[name]}
    return dict(sorted(words.items()))


def _said(instance: Instance) -> Mapping[str, Any]:
    lifecycle = instance.block.lifecycle
    return {
        "attrs": instance.attrs,
        "id": instance.id,
        "import": instance.import_id,
        "needs": sorted(map(str, instance.needs)),
        "lasting": sorted(instance.lasting),
        "first": lifecycle.create_before_destroy,
        "ignored": [list(path) for path in lifecycle.ignore_changes],
        "triggers": [[str(trigger.address), *trigger.path] for trigger in lifecycle.replace_triggered_by],
        "versions": lifecycle.keep_versions,
        "deleted": lifecycle.on_soft_deleted.value,
        "timeouts": dict(instance.block.timeouts),
        "checks": [_checked(check) for check in instance.block.checks],
    }


def _checked(check: Check) -> list[Any]:
    """A check by its text: what it reads is told where that is written."""
    texts = (node.value for node in (check.condition, check.message))
    said = [value.text if isinstance(value, Template) else value for value in texts]
    return [check.when.value, check.severity.value, *said]


def _digest(value: Mapping[str, Any]) -> str:
    data: msgspec.Raw = encode(hidden(dict(value)), b"", unknown=True)
    return hashlib.sha256(bytes(data)).hexdigest()[:32]
