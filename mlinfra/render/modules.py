"""The modules of a stack as lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlinfra.model.configuration import Config
from mlinfra.model.module import Definition
from mlinfra.render.escape import visible

SHORT = 12
"""Characters of a commit that are shown."""


def tree(config: Config, commits: Mapping[str, str]) -> Iterator[str]:
    """The stack, then every call, each below the one that it stands in.

    ``commits`` are those of git sources, by the source without its folder.
    """
    used: dict[tuple[str, ...], int] = {}
    for path in config.modules:
        names = tuple(step.name for step in path)
        used[names] = used.get(names, 0) + 1
    yield visible(config.stack)
    yield from _below(config.main, (), used, commits, "")


def _below(
    definition: Definition,
    names: tuple[str, ...],
    used: Mapping[tuple[str, ...], int],
    commits: Mapping[str, str],
    indent: str,
) -> Iterator[str]:
    calls = list(definition.calls.values())
    for call in calls:
        last = call is calls[-1]
        inside = (*names, call.name)
        count = used.get(inside, 0)
        times = "" if call.is_single and count == 1 else f" × {count}"
        at = _commit(call.source, commits)
        yield visible(f"{indent}{'└─ ' if last else '├─ '}{call.name}{times}  {call.source}{at}")
        yield from _below(call.definition, inside, used, commits, indent + ("   " if last else "│  "))


def _commit(source: str, commits: Mapping[str, str]) -> str:
    """The commit of a git source: its pin has the address without the folder."""
    for name, commit in commits.items():
        address, _, ref = name.partition("?")
        if source.startswith(address) and source.partition("?")[2] == ref:
            return f"  at {commit[:SHORT]}"
    return ""
