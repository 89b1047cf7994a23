"""What editors are told is what the program takes: held against examples, scenarios and typical mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.config import definition, inputs, library, loader, rules, vocabulary
from mlinfra.config.inputs import plain
from mlinfra.config.source import parse
from mlinfra.engine.document import kinds, module_document, stack_document
from mlinfra.model.configuration import META_KEYS, Lifecycle
from mlinfra.model.source import SourceFile
from mlinfra.providers.api import Catalogue
from mlinfra.providers.registry import GROUP, load_catalogue
from mlinfra.state.registry import kinds as kinds_of_stores
from tests.scenarios.script import Write, read

ROOT = Path(__file__).parents[2]
AZURE = "00000000-0000-0000-0000-000000000001"


@cache
def catalogue() -> Catalogue:
    return load_catalogue(entry for entry in entry_points(group=GROUP) if entry.name == "azure")


STORES = {kind.name: kind.settings_schema for kind in kinds_of_stores()}


@cache
def document() -> dict[str, Any]:
    return stack_document(catalogue(), STORES)


def wrong(text: str) -> list[str]:
    """Where a stack is wrong, and why, by jsonschema alone."""
    value = plain(parse(SourceFile("mlinfra.yaml", text), expressions=False))
    found = Draft202012Validator(document()).iter_errors(value)
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in found]


def every(schema: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every schema in the document with its place; not the values that it holds."""
    if not isinstance(schema, dict):
        return
    yield at, schema
    for word in ("properties", "$defs"):
        for name, part in schema.get(word, {}).items():
            yield from every(part, (*at, word, name))
    for word in ("items", "additionalProperties", "not", "if", "then", "else", "propertyNames"):
        yield from every(schema.get(word), (*at, word))
    for word in ("anyOf", "oneOf", "allOf"):
        for number, part in enumerate(schema.get(word, ())):
            yield from every(part, (*at, word, str(number)))


def test_it_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(document())
    assert document()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_same_catalogue_gives_the_same_document() -> None:
    assert stack_document(catalogue(), STORES) == document()


def test_it_has_no_words_of_our_own_and_no_reference_leads_nowhere() -> None:
    for at, schema in every(document()):
        assert not [word for word in schema if word.startswith("x-")], at
        if "$ref" in schema:
            place: Any = document()
            for part in schema["$ref"].removeprefix("#/").split("/"):
                place = place[part]


def test_patterns_are_read_alike_by_javascript() -> None:
    for at, schema in every(document()):
        assert not re.search(r"\\[AZz]|\(\?[aiLmsux(P]|\(\?<[^=!]", schema.get("pattern", "")), at


def test_every_key_is_described() -> None:
    for at, schema in every(document()):
        for name, part in schema.get("properties", {}).items():
            only_a_test = at[-1:] == ("if",) or "not" in at
            described = part.get("description") or "$ref" in part or only_a_test
            assert described, f"{'/'.join(at)}: {name}"


def test_the_language_has_these_keys_and_no_others() -> None:
    assert {*vocabulary.TOP, "backend", "encryption", "resources", "data"} == set(loader.SECTIONS)
    assert set(vocabulary.META) == META_KEYS
    assert list(vocabulary.LIFECYCLE["properties"]) == [field.name for field in fields(Lifecycle)]
    assert set(vocabulary.VARIABLE["properties"]) == set(inputs.KEYS)
    assert set(vocabulary.VARIABLE["properties"]["validation"]["items"]["properties"]) == set(rules.KEYS)
    assert set(vocabulary.OUTPUT["properties"]) == set(definition.OUTPUT_KEYS)
    assert set(document()["properties"]["resources"]["properties"]) == set(catalogue().types)
    assert {*loader.SECTIONS, *catalogue().providers} == set(document()["properties"])


# ---- what must pass --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/*/mlinfra.yaml")), ids=lambda p: p.parent.name)
def test_examples_pass(path: Path) -> None:
    assert wrong(path.read_text(encoding="utf-8")) == []


REFUSED = {("wrong", 0)}
"""Stacks of scenarios that are wrong on purpose, in a way that a schema sees."""


def scenario_stacks() -> Iterator[Any]:
    for path in sorted((ROOT / "tests" / "scenarios").glob("*.txt")):
        written = [s for s in read(path).steps if isinstance(s, Write) and s.name.endswith("mlinfra.yaml")]
        for number, step in enumerate(written):
            yield pytest.param((path.stem, number), "\n".join(step.lines) + "\n", id=f"{path.stem}-{number}")


@pytest.mark.parametrize(("which", "text"), list(scenario_stacks()))
def test_stacks_of_scenarios_pass(which: tuple[str, int], text: str) -> None:
    assert (wrong(text) == []) is (which not in REFUSED), wrong(text)


def bodies() -> Iterator[Any]:
    for name, registered in catalogue().types.items():
        for kind, schema in {"": registered.type.schema({}), **kinds(registered.type)}.items():
            examples = schema.get("x-examples") or {"": schema["x-example"]}
            for which, body in examples.items():
                yield pytest.param(name, body, id=f"{name}-{kind}-{which}")


@pytest.mark.parametrize(("name", "body"), list(bodies()))
def test_the_example_of_every_kind_passes(name: str, body: dict[str, Any]) -> None:
    stack = {"stack": "a", "resources": {name: {"main": body}}}
    assert [e.message for e in Draft202012Validator(document()).iter_errors(stack)] == []


GOOD = {
    "a kind in another case": "resources: {compute: {a: {type: AmlCompute, max_instances: 2}}}",
    "a kind worked out": 'resources: {compute: {a: {type: "${var.kind}", ssh_public_access_enabled: true}}}',
    "a kind in a file": "resources: {compute: {a: {file: lab.yml, size: b}}}",
    "a file with expressions": "resources: {compute: {a: {file: {path: lab.yml, expressions: true}}}}",
    "numbers, flags and lists worked out": "resources: {compute: {a: {type: amlcompute, "
    'max_instances: "${var.n}", ssh_public_access_enabled: "${var.open}", tags: "${var.tags}"}}}',
    "a free value worked out": 'resources: {resource_group: {a: {tags: {team: "${var.team}"}}}}',
    "empty sections": "variables:\nlocals:\nresources:\noutputs:\n",
    "an empty block": "resources: {resource_group: {main: }}",
    "a pattern beside an expression": 'azure: {subscription: "${var.subscription}"}',
    "all meta keys": "resources: {resource_group: {a: {for_each: [x], depends_on: [compute.b, "
    """'c.d["e f"]', "${a.b}"], parent: a.b, when: true, import: {id: /x}, """
    'lifecycle: {prevent_destroy: true, ignore_changes: "*"}}, '
    'b: {count: 2, import: "${var.x}", lifecycle: {ignore_changes: [tags]}}}}',
    "further files": "include: [network.yaml, teams/*.yaml]",
    "what is only read": "data: {workspace: {a: {id: /x}, b: {name: mlw-x, resource_group: y}, c: , "
    'd: {parent: "${resource_group.a.id}"}}}',
    "what Azure ML writes": "locals: {a: '${{inputs.data}}', b: [1, null, {c: true}]}",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_what_the_language_has_passes(text: str) -> None:
    assert wrong(f"stack: a\n{text}\n") == []


def writable(schema: Mapping[str, Any]) -> Iterator[Any]:
    """A value for each key at any depth in which an expression stands at that key."""
    for name, part in schema.get("properties", {}).items():
        if part.get("x-computed") and not part.get("x-optional"):
            continue
        yield {name: "${var.x}"}
        yield from ({name: inner} for inner in writable(part))
        yield from ({name: [inner]} for inner in writable(part.get("items", {})))
        if "items" in part:
            yield {name: ["${var.x}"]}


def leaf(value: Any, path: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """Where the expression stands."""
    if isinstance(value, dict):
        (key,) = value
        return leaf(value[key], (*path, key))
    return leaf(value[0], (*path, 0)) if isinstance(value, list) else path


def places(wrong: Any) -> Iterator[tuple[Any, ...]]:
    """Where an error is, and those that led to it."""
    yield tuple(wrong.absolute_path)
    for cause in wrong.context or ():
        yield from places(cause)


@pytest.mark.parametrize("name", list(catalogue().types))
def test_an_expression_may_stand_anywhere(name: str) -> None:
    type_ = catalogue().types[name].type
    word = type_.schema({}).get("x-discriminator")
    validator = Draft202012Validator(document())
    tried = 0
    for kind, schema in (kinds(type_) or {"": type_.schema({})}).items():
        for body in writable(schema):
            tried += 1
            written = body if not kind or word in body else {word: kind, **body}
            stack = {"stack": "a", "resources": {name: {"main": written}}}
            path = ("resources", name, "main", *leaf(body))
            for each in validator.iter_errors(stack):
                assert path not in places(each), (path, each.message)
    assert tried


# ---- what must not ---------------------------------------------------------------------------------------

BAD = {
    "no name": ("{}", ""),
    "a name with a blank": ("stack: a b", "stack"),
    "a key at the top": ("\nresource: {}", ""),
    "a type": ("{computer: {}}", ""),
    "a name of a block": ("{compute: {cpu-cluster: {type: amlcompute}}}", "compute"),
    "a word as a name": ("\nlocals: {import: 1}", "locals"),
    "a key": ("{compute: {a: {type: amlcompute, max_instance: 4}}}", "compute.a"),
    "a key of the other kind": (
        "{compute: {a: {type: computeinstance, max_instances: 4}}}",
        "compute.a",
    ),
    "no kind": ("{compute: {a: {size: b}}}", "compute.a"),
    "a kind": ("{compute: {a: {type: cluster}}}", "compute.a.type"),
    "text for a number": (
        "{compute: {a: {type: amlcompute, max_instances: many}}}",
        "compute.a.max_instances",
    ),
    "text for a flag": (
        '{compute: {a: {type: amlcompute, ssh_public_access_enabled: "yes"}}}',
        "compute.a.ssh_public_access_enabled",
    ),
    "a word of a list": ("{storage_account: {a: {sku: Cheap}}}", "storage_account.a.sku"),
    "what the service says": ("{resource_group: {a: {id: /x}}}", "resource_group.a"),
    "no required key": ("{role_assignment: {a: {role: Reader}}}", "role_assignment.a"),
    "a setting": ("\nazure: {region: westeurope}", "azure"),
    "a cloud": ("\nazure: {cloud: aws}", "azure.cloud"),
    "a subscription": ("\nazure: {subscription: mine}", "azure.subscription"),
    "a lifecycle": (
        "{resource_group: {a: {lifecycle: {prevent_destroi: true}}}}",
        "resource_group.a.lifecycle",
    ),
    "an output without value": ("\noutputs: {a: {description: b}}", "outputs.a"),
    "an output that is a text": ('\noutputs: {a: "${b.c.id}"}', "outputs.a"),
    "a type of variables": ("\nvariables: {a: {type: int}}", "variables.a.type"),
    "an address": ("{resource_group: {a: {depends_on: [b]}}}", "resource_group.a.depends_on.0"),
    "Azure ML's form is no expression": ('\nazure: {cloud: "${{x}}"}', "azure.cloud"),
    "an escaped one neither": ('\nazure: {cloud: "$${x}"}', "azure.cloud"),
    "a file that is worked out": ("\ninclude: ${var.file}", "include"),
    "an id and more": ("\ndata: {workspace: {a: {id: /x, name: y}}}", "data.workspace.a"),
    "half a rule": ("\nvariables: {a: {validation: [{condition: x}]}}", "variables.a.validation.0"),
    "a module from nowhere": ("\nmodules: {a: {inputs: {}}}", "modules.a"),
    "an unknown key of a call": ("\nmodules: {a: {source: a, input: {}}}", "modules.a"),
    "a source that is worked out": ("\nmodules: {a: {source: '${var.a}'}}", "modules.a.source"),
    "no alias": ("{compute: {a: {provider: azure}}}", "compute.a.provider"),
    "an alias with a key unknown": ("\nazure: {aliases: {a: {subscriptions: b}}}", "azure.aliases.a"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "place"), BAD.values(), ids=BAD)
def test_mistakes_are_caught_where_they_are(text: str, place: str) -> None:
    """``text`` is what stands under ``resources:``, or, on a line of its own, beside ``stack:``."""
    if text.startswith("{") and text != "{}":
        text, place = f"\nresources: {text}", f"resources.{place}".rstrip(".")
    found = wrong(f"stack: a{text}" if text.startswith("\n") else text)
    assert any(each.startswith(f"{place}: ") for each in found), found


def test_a_module_and_who_calls_it_fit() -> None:
    schema = module_document(catalogue(), STORES)
    Draft202012Validator.check_schema(schema)
    file = Path(__file__).parents[2] / "modules" / "workspace" / "module.yaml"
    text = plain(parse(SourceFile("module.yaml", file.read_text()), expressions=False))
    assert [e.message for e in Draft202012Validator(schema).iter_errors(text)] == []
    assert set(schema["properties"]) == set(library.SECTIONS)
    assert list(Draft202012Validator(schema).iter_errors({"variables": {}}))
    call = "{source: ../a, for_each: [x], inputs: {n: 1}, provider: azure.b, depends_on: [module.c]}"
    assert wrong(f"stack: a\nmodules: {{a: {call}}}\nazure: {{aliases: {{b: {{location: x}}}}}}") == []
    inside = "moved: [{from: compute.a, to: 'module.a[\"x\"].module.b.compute.c'}]"
    parent = "resources: {compute: {a: {type: amlcompute, parent: '${module.a.ws}'}}}"
    assert wrong(f"stack: a\n{inside}\n{parent}") == []
