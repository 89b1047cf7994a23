"""Writes pages of the reference out of the code: ``types/``, one for each resource type, from its schema and
nothing else; ``functions.md``, from what the functions of expressions say of themselves; ``az-ml-files.md``,
from the tables of what differs from az ml; ``plan.schema.json`` and ``events.schema.json``, as ``mlinfra
schema`` prints them; ``simulator.md``, from what the simulator's services declare; ``errors.md``, from the
table of codes.

``make docs`` runs it; a test fails when a page is not what the schemas say.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from conformance.azml.page import page
from docs.module_pages import readmes
from mlinfra.cli.errors import meanings
from mlinfra.config.functions import FUNCTIONS
from mlinfra.config.functions.base import Function
from mlinfra.policy.api import About
from mlinfra.policy.api import about as what_it_says
from mlinfra.policy.exemptions import OWN
from mlinfra.policy.registry import GROUP as RULES
from mlinfra.policy.registry import load_rules
from mlinfra.providers.api import Registered
from mlinfra.providers.registry import load_catalogue
from mlinfra.render.event_schema import event_schema
from mlinfra.render.keys import change, default, scalar, takes
from mlinfra.render.plan_schema import plan_schema
from mlinfra.simulator.coverage import Supported, data_plane, of_kind, of_route
from mlinfra.simulator.kinds import Kind, Service
from mlinfra.simulator.services import SERVICES

PAGES = Path(__file__).parent / "reference" / "types"
FUNCTIONS_PAGE = Path(__file__).parent / "reference" / "functions.md"
FILES_PAGE = Path(__file__).parent / "reference" / "az-ml-files.md"
POLICY_PAGE = Path(__file__).parent / "reference" / "policy.md"
RULE_EXAMPLES = Path(__file__).parents[1] / "tests" / "policy"
EVENT_SCHEMA = Path(__file__).parent / "reference" / "events.schema.json"
PLAN_SCHEMA = Path(__file__).parent / "reference" / "plan.schema.json"
ERRORS_PAGE = Path(__file__).parent / "reference" / "errors.md"
SIMULATOR_PAGE = Path(__file__).parent / "reference" / "simulator.md"

LEGEND = """Sources of facts: **S** the published REST specification of the api-version in use, **B** Azure's
bicep types, **T/…** what terraform-provider-azurerm does, **P/…** what azure-ai-ml does, **O** that package
executed offline, **R:…** a recording of real traffic, **D:…** a documentation page, **I:…** an issue,
**guessed** nobody has shown it yet."""


def pages() -> dict[str, str]:
    """The text of every page by its file name."""
    types = [r for r in load_catalogue().types.values() if r.provider.name == "azure"]
    texts = {f"{r.type.name}.md": "\n".join(_page(r)) + "\n" for r in types}
    listed = [f"- [{r.type.name}]({r.type.name}.md): {_about(r.type.schema({}))}" for r in types]
    texts["README.md"] = "\n".join(["# Resource types", "", *sorted(listed), "", LEGEND, ""])
    return texts


def functions() -> str:
    """The text of the page of functions: what each does, and an example; in the order of their modules."""
    groups: dict[str, list[Function]] = {}
    for one in FUNCTIONS.values():
        groups.setdefault(inspect.getmodule(one.call).__doc__ or "", []).append(one)
    lines = [
        "# Functions",
        "",
        f"The {len(FUNCTIONS)} functions of `${{…}}`. They give the same for the same stack: there is no "
        "clock among them and no chance. What they make from a secret is secret. A text has at most 100,000 "
        "characters, a list or map at most 10,000 members.",
        "",
        ", ".join(f"[{name}](#{name})" for name in sorted(FUNCTIONS)),
    ]
    for about, members in sorted(groups.items()):
        title, _, rest = about.strip().partition("\n")
        lines += ["", f"## {title.removeprefix('Functions ').rstrip('.').capitalize()}", *rest.splitlines()]
        for one in members:
            gives = json.dumps(one.gives, ensure_ascii=False)
            lines += ["", f"### {one.name}", "", f"`{one.name}{one.signature_text}`", "", one.about, ""]
            lines += ["```", one.example, f"→ {gives}", "```"]
    return "\n".join(lines) + "\n"


def files() -> str:
    """The text of the page on files of az ml."""
    return page({r.type.name: r.type for r in load_catalogue().types.values() if r.provider.name == "azure"})


def plan_json() -> str:
    """The schema of a plan's JSON."""
    return json.dumps(plan_schema(), indent=2) + "\n"


def events_json() -> str:
    """The schema of a line of events."""
    return json.dumps(event_schema(), indent=2) + "\n"


def policy() -> str:
    """The text of the page of rules: what each is about, its settings, and a stack that has it wrong."""
    lines = [
        "# Rules",
        "",
        "What judges a plan: `mlinfra policy list` shows the severity that each has in a stack, and "
        "[the guide](../guides/policies.md) how to set it. An error refuses the plan (exit 3); everything "
        "else is told. A rule looks at what the plan makes or changes, and at nothing else.",
        "",
    ]
    rules = load_rules(entry for entry in entry_points(group=RULES) if entry.name in ("azure", "neutral"))
    lines += [f"- [{rule.code}](#{rule.code.lower()}): {rule.name}" for rule in rules]
    for rule in rules:
        lines += _rule(rule.code, rule.name, what_it_says(rule))
    lines += ["", "## Of exceptions", ""]
    lines += [f"- **{own.code}** {own.name}. {own.why} {own.mend}" for own in OWN]
    return "\n".join(lines) + "\n"


def _rule(code: str, name: str, told: About) -> Iterator[str]:
    yield from ("", f"## {code}", "")
    yield from (f"**{name}** ({told.level.value}). {told.why}", "", f"How to mend it: {told.mend}")
    if told.schema["properties"]:
        yield from ("", "| setting | takes | default |", "|---|---|---|")
        for key, part in told.schema["properties"].items():
            usual = "types that take tags" if "x-types-with" in part else default(part)
            yield "| " + " | ".join(map(_cell, (f"`{key}`", takes(part), usual))) + " |"
    yield from ("", "```yaml", *_bad_example(code), "```")
    if told.sources:
        yield from ("", f"From: {'; '.join(told.sources)}.")


def _bad_example(code: str) -> Iterator[str]:
    """The resources of the stack in which it finds something, with its policy; the marks of the test stay."""
    text = (RULE_EXAMPLES / code / "bad.yaml").read_text(encoding="utf-8")
    yield from (line for line in text.splitlines() if not line.startswith(("stack:", "azure:")))


def errors() -> str:
    """The text of the page of error codes: what is wrong, and what to do."""
    lines = [
        "# Error codes",
        "",
        "Every message has a code that keeps its meaning; `mlinfra explain CODE` says the same. Those of "
        "rules are in [policy.md](policy.md).",
        "",
        "| code | what is wrong | what to do |",
        "|---|---|---|",
    ]
    for code, meaning in meanings().items():
        lines.append(f"| {code} | {_cell(meaning.wrong)} | {_cell(meaning.remedy)} |")
    return "\n".join(lines) + "\n"


def simulator() -> str:
    """The text of the page of the simulator: per operation, faithful or how far, and what is refused."""
    lines = [
        "# What the simulator answers",
        "",
        "Every operation of Azure Resource Manager that the simulated Azure has, type by type. **faithful** "
        "is what answers as the specification, recordings of real traffic or the documentation say, as far "
        "as we know; else the table says what is simplified. Everything that is not listed is refused "
        "aloud, with 501 `NotSimulated`. How long operations take is typical, on a clock of its own.",
    ]
    for service in SERVICES:
        for kind in service.kinds:
            lines += _simulated_kind(kind)
        lines += _simulated_routes(service)
    lines += ["", "## The blob service of an account", ""]
    lines += ["The data plane, at `{account}.blob.core.windows.net`. Whoever signs in, signs or has a key is"]
    lines += ["let in; no role is looked up. A blob's lease runs in the time of the machine.", ""]
    lines += [f"- `{one}`" for one in data_plane()]
    return "\n".join(lines) + "\n"


def _simulated_kind(kind: Kind) -> Iterator[str]:
    versions, far = kind.api_versions, kind.short.get("*")
    told = versions[0] if len(versions) == 1 else f"{len(versions)}, {min(versions)} to {max(versions)}"
    yield from ("", f"## {kind.type}", "", f"api-versions: {told}", "")
    if far is not None:
        yield from (f"{far[0].upper()}{far[1:]}.", "")
    yield from _operations(kind.type, of_kind(kind), "faithful but for that" if far else "faithful")
    if kind.refused:
        yield ""
        yield f"Refused with 501, and what lies in them: {', '.join(f'`{word}`' for word in kind.refused)}."


def _simulated_routes(service: Service) -> Iterator[str]:
    shown = {(one.method, one.path) for kind in service.kinds for one in of_kind(kind)}
    routes = [one for one in map(of_route, service.routes) if (one.method, one.path) not in shown]
    if routes:
        yield from ("", f"## {service.namespace}: beside its resources", "")
        yield from _operations(service.namespace, routes, "faithful")


def _operations(type_: str, operations: Iterable[Supported], usual: str) -> Iterator[str]:
    """A table; the part of the path that all rows share is left out."""
    namespace, *types = type_.split("/")
    names = [f"{one}/{{name}}" for one in types[:-1]]
    shared = "/".join(["{scope}/providers", namespace, *names, *types[-1:]])
    yield "| operation | how far |"
    yield "|---|---|"
    for one in operations:
        yield f"| `{one.method} …{one.path.removeprefix(shared)}` | {_cell(one.short or usual)} |"


def _page(registered: Registered) -> Iterator[str]:
    type_ = registered.type
    yield f"# {type_.name}"
    yield ""
    yield _about(type_.schema({}))
    schema = type_.schema({})
    kinds = schema.get("x-examples") or {"": schema["x-example"]}
    for kind, example in kinds.items():
        yield from _kind(type_.name, kind, example, type_.schema(dict(example)))
    yield ""
    yield LEGEND


def _kind(type_name: str, kind: str, example: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    if kind:
        yield f"## {kind}"
        yield ""
    yield "```yaml"
    yield "resources:"
    yield f"  {type_name}:"
    yield "    main:"
    for key, value in example.items():
        yield f"      {key}: {scalar(value)}"
    yield "```"
    yield ""
    if schema.get("x-data"):
        yield f"Deleting or replacing it loses {schema['x-data']}."
        yield ""
    yield "| key | takes | default | changes | source |"
    yield "|---|---|---|---|---|"
    required = set(schema.get("required", ()))
    for name, part in _rows(schema):
        if not part.get("x-computed") or part.get("x-optional"):
            need = "**required** " if name in required else ""
            cells = (
                f"`{name}`",
                need + takes(part),
                default(part),
                change(part),
                part.get("x-source", ""),
            )
            yield "| " + " | ".join(map(_cell, cells)) + " |"
    computed = [(n, p) for n, p in _rows(schema) if p.get("x-computed") and not p.get("x-optional")]
    if computed:
        yield ""
        yield "Known once it exists, for expressions and outputs:"
        yield ""
        for name, part in computed:
            secret = " (sensitive)" if part.get("x-sensitive") else ""
            yield f"- `{name}`{secret}: {part.get('description') or takes(part)}"


def _rows(
    schema: Mapping[str, Any], prefix: str = "", *, fixed: bool = False, content: bool = False
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every key, those inside objects and lists too; what is inside an immutable one is immutable, and what
    is inside of content is content."""
    for name, part in schema.get("properties", {}).items():
        here = fixed or bool(part.get("x-immutable"))
        inner = bool(part.get("x-content", content))
        yield prefix + name, {**part, "x-immutable": here, "x-content": inner}
        items = part.get("items", {})
        yield from _rows(part, f"{prefix}{name}.", fixed=here, content=inner)
        if isinstance(items, Mapping):
            yield from _rows(items, f"{prefix}{name}[].", fixed=here, content=inner)


def _about(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description") or schema.get("title") or "")


def _cell(text: Any) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ").strip()


def main() -> None:
    """Write every page, and remove those of types that are gone."""
    PAGES.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for old in PAGES.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (PAGES / name).write_text(text)
    FUNCTIONS_PAGE.write_text(functions())
    FILES_PAGE.write_text(files())
    PLAN_SCHEMA.write_text(plan_json(), encoding="utf-8")
    EVENT_SCHEMA.write_text(events_json(), encoding="utf-8")
    POLICY_PAGE.write_text(policy())
    SIMULATOR_PAGE.write_text(simulator())
    ERRORS_PAGE.write_text(errors(), encoding="utf-8")
    for path, text in readmes().items():
        path.write_text(text)


if __name__ == "__main__":
    main()
