"""What a shell is offered while somebody types: names out of the stack's files and of what is recorded.

Nothing is worked out and nobody is asked, so a state in a service is not looked into. Where anything is wrong
there is nothing to offer, and nothing is said: the command that is being typed will say it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from mlinfra.config.outline import Outline

Offer: TypeAlias = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]
"""What click calls, with what is typed of the word."""

VARIABLE = "_MLINFRA_COMPLETE"
"""The environment variable in which a shell asks, as click derives it from the program's name."""

FOLDERS = 2_000
"""Folders that are looked through for stacks."""


def _offer(names: Callable[[click.Context, str], Mapping[str, str] | Iterable[str]]) -> Offer:
    """The names (with what each is, if they are a mapping) that begin as the word does; none if it fails."""

    @wraps(names)
    def offered(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        try:
            found = names(ctx, incomplete)
            told = found if isinstance(found, Mapping) else dict.fromkeys(found, "")
        except Exception:
            return []
        fitting = (name for name in told if name.startswith(incomplete) and name.isprintable())
        # After name= comes a value, which nobody can know.
        more = (name for name in fitting if name != incomplete or not name.endswith("="))
        return [CompletionItem(name, help=" ".join(told[name].split()) or None) for name in more]

    return offered


def folder_of(ctx: click.Context) -> Path:
    """The stack's folder, as ``-C`` says: while completing no command has run that would have kept it."""
    return ctx.find_root().params.get("folder") or Path()


def _outline(ctx: click.Context) -> Outline:
    from mlinfra.config.outline import outline

    return outline(folder_of(ctx))


def _recorded(stack: Outline) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses and outputs of the state, where it is a plain file."""
    from mlinfra.cli.wiring import HOME
    from mlinfra.model.codec import decode_names
    from mlinfra.state.local import LocalStore

    found = None if stack.elsewhere else LocalStore(stack.root / HOME, stack.stack).read()
    return decode_names(found[0]) if found is not None else ((), ())


@_offer
def addresses(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """Blocks that are written, and what is recorded."""
    stack = _outline(ctx)
    return (*stack.addresses, *_recorded(stack)[0])


@_offer
def selections(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """The same, and the modules that they lie in."""
    from mlinfra.model.address import parse_address, shown_module
    from mlinfra.model.selection import modules_of

    stack = _outline(ctx)
    names = (*stack.addresses, *_recorded(stack)[0])
    return (*names, *sorted(map(shown_module, modules_of(map(parse_address, names)))))


@_offer
def recorded(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """What is recorded."""
    return _recorded(_outline(ctx))[0]


@_offer
def variables(ctx: click.Context, incomplete: str) -> Mapping[str, str]:
    """``name=`` of each variable."""
    return {f"{name}=": about for name, about in _outline(ctx).variables.items()}


@_offer
def outputs(ctx: click.Context, incomplete: str) -> Iterable[str]:
    """Outputs that are declared, and those that are recorded."""
    stack = _outline(ctx)
    return (*stack.outputs, *_recorded(stack)[1])


@_offer
def git_modules(ctx: click.Context, incomplete: str) -> Mapping[str, str]:
    """Modules that are fetched: the others have no newer commit."""
    from mlinfra.config.gitsource import is_git

    return {name: source for name, source in _outline(ctx).modules.items() if is_git(source)}


@_offer
def rules(ctx: click.Context, incomplete: str) -> Mapping[str, str]:
    """Codes of rules that are installed."""
    from mlinfra.policy.registry import load_rules

    return {rule.code: rule.name for rule in load_rules()}


@_offer
def explainable(ctx: click.Context, incomplete: str) -> Mapping[str, str] | Iterable[str]:
    """Addresses; before there is a dot types as well, and codes for who begins one in capitals."""
    if incomplete[:1].isupper():
        from mlinfra.cli.errors import all_meanings

        return {code: meaning.wrong for code, meaning in all_meanings().items()}
    types: Iterable[str] = ()
    if "." not in incomplete:
        from mlinfra.providers.registry import load_catalogue

        types = load_catalogue().types
    return (*types, *(item.value for item in addresses(ctx, _NOTHING, incomplete)))


@_offer
def stacks(ctx: click.Context, incomplete: str) -> Iterator[str]:
    """Folders with a stack, beneath the one that is being typed."""
    from mlinfra.config.stackfile import FILE

    start = incomplete.rpartition("/")[0]
    top = f"{start}/" if start or incomplete.startswith("/") else ""
    left = FOLDERS
    for at, names, files in os.walk(top or "."):
        left -= 1
        names[:] = sorted(name for name in names if not name.startswith(".")) if left > 0 else []
        if FILE in files and (shown := _below(top, at)):
            yield shown


def _below(top: str, at: str) -> str:
    """A folder as it continues what is typed; empty for the folder that is typed itself."""
    inside = os.path.relpath(at, top or ".")
    return "" if inside == "." else f"{top}{inside}"


_NOTHING: Any = None
"""Offers look at no parameter."""
