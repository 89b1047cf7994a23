"""The page of the reference on files of az ml, written from the tables that the comparison uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.azml.compare import NOTHING
from conformance.azml.explained import EXPLAINED, SAME_WORD, Explained
from mlinfra.providers.api import ResourceType

_KINDS = ("workspace", "compute", "datastore", "environment", "data_asset")

_HEAD = """\
# Files of az ml

A YAML file that `az ml … create --file` takes for a workspace, a compute cluster or instance, a datastore,
an environment or a data asset is the body of a resource as it stands:

```yaml
resources:
  compute:
    cpu: {file: compute/cluster.yml}
  environment:
    sklearn: {file: environments/sklearn.yml, tags: {team: churn}}   # keys beside `file:` override
```

`make conformance CORPUS=folder` sends each of Microsoft's example files through azure-ai-ml 1.35.2 and
through mlinfra on the simulator, and compares the request bodies key by key; a test does so for files that
together have every key of az ml's schemas.

What comes along:

- every key of the kind, but for those that are named below;
- paths, relative to the file that they stand in: conda files (or their content in place), build contexts,
  data. What is local is uploaded to the place where az ml puts the same content;
- `azureml:name`, `azureml:name:version` and ids: references, where they name something of the stack;
- older forms: `local_path`, `authority_uri`, `file:` before a path, user identities as list or map;
- words in snake case or Pascal case where az ml takes both (`SystemAssigned`), in any case of letters;
- `$schema`, which has no effect, and is refused where it is the schema of another kind.

A workspace names its `storage_account`, `key_vault` and `application_insights`: az ml makes what is not
named, here the stack declares it, and the block names it beside `file:`.
"""

_READ = (
    ("what", "az ml", "mlinfra"),
    ("---", "---", "---"),
    (
        "a key that only the service writes (`id`, `creation_context`, …)",
        "is dropped silently",
        "is refused at its place",
    ),
    (
        "`yes`, `no`, `on`, `off`",
        "are booleans (YAML 1.1)",
        "are text (YAML 1.2), which is refused",
    ),
    ("a number or boolean in quotes", "is read as one", "is refused at its place"),
    ("an environment or data asset without `version`", "gets the next number", "is named by its content"),
    ("`name` left out", "is refused", "is the block's name"),
    ("`location` of a compute instance", "is replaced by the workspace's", "is sent as it is written"),
    ("an id with a placeholder (`<SUBSCRIPTION_ID>`)", "may pass", "is refused at its place"),
    ("hubs, projects, feature stores, attached computes", "are made", "are not managed"),
)
"""What is no matter of a body; tests/harness/azml/test_otherwise.py holds it."""


def page(types: Mapping[str, ResourceType[Any]]) -> str:
    """The text of the page."""
    return "\n".join(
        [
            _HEAD,
            "## What is sent otherwise",
            "",
            "Beside nulls, empty maps, and the tags by which either tool marks what it made "
            "(`createdByToolkit`, `mlinfra-lineage`):",
            "",
            *_sent(),
            "",
            "## Keys that are refused",
            "",
            *_refused(types),
            "",
            "## What is read otherwise",
            "",
            *(f"| {' | '.join(row)} |" for row in _READ),
            "",
        ]
    )


def _sent() -> Iterator[str]:
    yield "| kind | where | az ml sends | mlinfra sends | why |"
    yield "|---|---|---|---|---|"
    groups: dict[tuple[str, str], list[Explained]] = {}
    for row in EXPLAINED:
        groups.setdefault((row.kind, row.why), []).append(row)
    for (kind, why), rows in sorted(groups.items()):
        where = ", ".join(f"`{row.path}`" for row in rows)
        theirs = ", ".join(dict.fromkeys(_said(row.theirs) for row in rows))
        ours = "its own case" if rows[0].theirs is SAME_WORD else _said(rows[0].ours)
        yield f"| {kind} | {where} | {theirs} | {ours} | {why} |"


def _said(value: Any) -> str:
    if value is NOTHING or value is SAME_WORD:
        return repr(value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _refused(types: Mapping[str, ResourceType[Any]]) -> Iterator[str]:
    yield "| kind | keys | why |"
    yield "|---|---|---|"
    for kind in _KINDS:
        groups: dict[str, dict[str, None]] = {}
        for schema in _schemas(types[kind]):
            for path, why in _not_taken(schema, ""):
                groups.setdefault(why, {})[path] = None
        for why, paths in groups.items():
            yield f"| {kind} | {', '.join(f'`{path}`' for path in paths)} | {why} |"


def _schemas(type_: ResourceType[Any]) -> Iterable[Mapping[str, Any]]:
    """The schema of each kind of a type."""
    common = type_.schema({})
    chooser = common.get("x-discriminator")
    words = common["properties"].get(chooser, {}).get("enum", ()) if chooser else ()
    return [type_.schema({str(chooser): word}) for word in words] or [common]


def _not_taken(schema: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, part in schema.get("properties", {}).items():
        if part.get("not") == {}:
            yield f"{above}{name}", str(part["x-hint"])
        yield from _not_taken(part, f"{above}{name}.")
        if isinstance(part.get("items"), Mapping):
            yield from _not_taken(part["items"], f"{above}{name}[].")
