"""A configuration evaluated and checked, with nobody asked anything: what every command starts with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlinfra.engine.blocks import block_graph
from mlinfra.engine.checks import unreadable
from mlinfra.engine.context import Context
from mlinfra.engine.graves import meant
from mlinfra.engine.instance import Instance
from mlinfra.engine.resolve import Resolver
from mlinfra.engine.settings import Settings, provider_settings
from mlinfra.engine.sources import Sources
from mlinfra.model.address import Address, without_modules
from mlinfra.model.configuration import Config
from mlinfra.model.diagnostic import Diagnostic, Severity, error, refuse_errors
from mlinfra.model.state import Record


def validate(config: Config, context: Context) -> tuple[Diagnostic, ...]:
    """Check everything that can be checked without asking anyone; answers the warnings.

    Raises MlinfraError with every error.
    """
    resolver, _ = resolved(config, context, {})
    problems = list(resolver.problems)
    for output in config.outputs.values():
        resolver.value(output.value, problems)
    problems.extend(duplicates(resolver.all()))
    problems.extend(unreadable(config, resolver))
    refuse_errors(by_place(problems, config))
    return warnings_of([*config.warnings, *problems])


def inspect(
    config: Config, context: Context, records: Mapping[Address, Record], *, outputs: bool = False
) -> Resolver:
    """Every block evaluated over what is recorded, with ``outputs`` of other stacks too; no service is asked.

    Raises MlinfraError with every problem found.
    """
    resolver, _ = resolved(config, context, records, outputs=outputs)
    refuse_errors(by_place(resolver.problems, config))
    return resolver


def resolved(
    config: Config,
    context: Context,
    records: Mapping[Address, Record],
    *,
    read: bool = False,
    outputs: bool = False,
) -> tuple[Resolver, Settings]:
    """Every block evaluated over ``records``, and the settings of providers; problems are the resolver's.

    With ``read`` the services are asked for what stands under ``data:``, with ``outputs`` the stores of the
    stacks that stand there. Raises MlinfraError where going on
    makes no sense: blocks that need each other, a service that cannot be asked.
    """
    problems: list[Diagnostic] = []
    graph = block_graph(config, context.catalogue, problems)
    problems.extend(meant(graph.blocks, graph.registered, context.catalogue))
    settings = provider_settings(config, context.catalogue, problems)
    refuse_errors(d for d in by_place(problems, config) if d.code in _RINGS)
    sources = Sources(config, graph, settings, context, problems, read=read, outputs=outputs)
    resolver = Resolver(config, graph, settings, records, sources)
    resolver.problems.extend(problems)
    resolver.evaluate_all()
    resolver.check_modules(resolver.problems)
    return resolver, settings


_RINGS = ("MLI-REF-003", "MLI-REF-004")
"""Values, or blocks, that need each other."""


def duplicates(instances: Iterable[Instance]) -> Iterable[Diagnostic]:
    """Instances that are one resource: they have one id."""
    seen: dict[str, Instance] = {}
    for instance in instances:
        if instance.id is None:
            continue
        first = seen.setdefault(instance.id.casefold(), instance)
        if first is not instance:
            yield error(
                "MLI-REF-009",
                f"{first.address} and {instance.address} are one resource",
                f"Both have the id {instance.id}. The first is at {first.block.position}.\n"
                "Give one of them another name, or take it out.",
                instance.block.position,
                instance.address,
            )


def warnings_of(problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What is doubtful and no error, each once."""
    return tuple(dict.fromkeys(d for d in problems if d.severity is Severity.WARNING))


def by_place(problems: Iterable[Diagnostic], config: Config) -> list[Diagnostic]:
    """By place in the files, with the calls that lead there; what has no place comes last.

    Each message once: what is wrong in a module is wrong in each of its instances, and is told of the first.
    """
    unique: dict[tuple[str, str, str], Diagnostic] = {}
    for found in problems:
        module = found.address.module if found.address is not None else ()
        told = found.within(config.via(module)) if module else found
        summary = without_modules(told.summary) if told.via else told.summary
        unique.setdefault((told.code, summary, str(told.position)), told)
    return sorted(
        unique.values(),
        key=lambda d: (
            d.position is None,
            d.position.source.path if d.position else "",
            (d.position.line, d.position.column) if d.position else (0, 0),
        ),
    )
