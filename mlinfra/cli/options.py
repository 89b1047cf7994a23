"""Options that several commands share, each group handed to a command as one value."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click
from click.shell_completion import CompletionItem

from mlinfra.cli import completing
from mlinfra.model.address import parse_address
from mlinfra.model.selection import Selection, parse_selection

if TYPE_CHECKING:
    from mlinfra.engine.context import Options

Command: TypeAlias = Callable[..., Any]
"""A command's function. Each group of options below adds one keyword argument to it."""

Offered: TypeAlias = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]
"""What a shell completes from what was begun."""

T = TypeVar("T")

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Values for variables: those on the command line, and files of them (later ones win).

    ``shared`` ones are given to many stacks: each takes those that it declares.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    shared: bool = False

    def __bool__(self) -> bool:
        return bool(self.values or self.files)


PARALLELISM = 32
"""Requests in flight when nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How much of the world a plan looks at, and how many requests may be in flight."""

    refresh: bool = True
    targets: tuple[Selection, ...] = ()
    excluded: tuple[Selection, ...] = ()
    replace: tuple[Selection, ...] = ()
    parallelism: int = PARALLELISM

    def options(self, *, destroy: bool = False) -> Options:
        """What it asks of a plan."""
        from mlinfra.engine.context import Options  # not for --help

        return Options(
            refresh=self.refresh,
            targets=self.targets,
            excluded=self.excluded,
            destroy=destroy,
            replace=self.replace,
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """Policies that this command brings along (files, seen from the stack's folder), and how they judge."""

    files: tuple[Path, ...] = ()
    strict: bool = False


NO_RULES = Rules()


class Assignment(click.ParamType[tuple[str, str]]):
    """``name=value``."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split at the first ``=``."""
        name, sign, text = str(value).partition("=")
        if not sign or not name.isidentifier():
            # The value may be a secret, so what was written is not repeated.
            self.fail("it should look like location=westeurope.", param, ctx)
        return name, text

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """The variables of the stack."""
        return completing.variables(ctx, param, incomplete)


class Spoken(click.ParamType[T]):
    """What ``read`` makes of words that plans print; ``offered`` are those that a shell completes."""

    name = "address"

    def __init__(self, read: Callable[[str], T], offered: Offered) -> None:
        self._read, self._offered = read, offered

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """Read it, where that is not done."""
        try:
            return self._read(value) if isinstance(value, str) else value
        except ValueError as wrong:
            self.fail(f"{wrong}.", param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Those of the stack, and those recorded."""
        return self._offered(ctx, param, incomplete)


ADDRESS = Spoken(parse_address, completing.addresses)
"""A resource, or the block of several."""
SELECTION = Spoken(parse_selection, completing.selections)
"""The same, or a module."""


class Seconds(click.ParamType[float]):
    """A duration: ``30``, ``30s``, ``5m``, ``1h``."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """In seconds."""
        match = _DURATION.fullmatch(str(value))
        if not match:
            self.fail(f"{value!r} is no duration; one looks like 30s or 5m.", param, ctx)
        return float(match[1]) * _SECONDS[match[2]]


def inputs(command: Command) -> Command:
    """``-v/--var`` and ``--var-file``, as ``inputs: Inputs``."""

    @click.option(
        "-v", "--var", "assigned", multiple=True, type=Assignment(), help="Set a variable; may be repeated."
    )
    @click.option(
        "--var-file",
        "files",
        multiple=True,
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Read variables from a YAML file, seen from the stack's folder; may be repeated.",
    )
    @functools.wraps(command)
    def with_inputs(
        *args: Any, assigned: tuple[tuple[str, str], ...], files: tuple[Path, ...], **rest: Any
    ) -> Any:
        return command(*args, inputs=Inputs(dict(assigned), files), **rest)

    return with_inputs


def scope(command: Command) -> Command:
    """``--refresh``, ``--target``, ``--exclude``, ``--replace``, ``--parallelism``, as ``scope: Scope``."""

    @click.option(
        "--refresh/--no-refresh",
        default=True,
        help="Read what is really there first (the default), or trust what was recorded.",
    )
    @click.option(
        "--target",
        "targets",
        multiple=True,
        type=SELECTION,
        help="Look only at this resource, block or module and what it needs; may be repeated.",
    )
    @click.option(
        "--exclude",
        "excluded",
        multiple=True,
        type=SELECTION,
        help="Leave this resource, block or module, and what needs it, as it is; may be repeated.",
    )
    @click.option(
        "--replace",
        "replace",
        multiple=True,
        type=SELECTION,
        help="Make this resource, block or module anew, though nothing of it changed; may be repeated.",
    )
    @click.option(
        "--parallelism",
        type=click.IntRange(1, 256),
        default=PARALLELISM,
        show_default=True,
        help="How many requests may be in flight.",
    )
    @functools.wraps(command)
    def with_scope(
        *args: Any,
        refresh: bool,
        targets: tuple[Selection, ...],
        excluded: tuple[Selection, ...],
        replace: tuple[Selection, ...],
        parallelism: int,
        **rest: Any,
    ) -> Any:
        scope = Scope(refresh, targets, excluded, replace, parallelism)
        return command(*args, scope=scope, **rest)

    return with_scope


def rules(command: Command) -> Command:
    """``--policy`` and ``--strict``, as ``rules: Rules``."""

    @click.option(
        "--policy",
        "policies",
        multiple=True,
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Judge by this policy as well, seen from the stack's folder; the stack cannot weaken it. May be "
        "repeated; MLINFRA_POLICY names more.",
    )
    @click.option("--strict", is_flag=True, help="What a rule cannot tell before an apply refuses the plan.")
    @functools.wraps(command)
    def with_rules(*args: Any, policies: tuple[Path, ...], strict: bool, **rest: Any) -> Any:
        return command(*args, rules=Rules(policies, strict), **rest)

    return with_rules


sarif = click.option(
    "--sarif",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what the rules found into this file, as SARIF 2.1.0.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
no_color = click.option("--no-color", is_flag=True, help="Print plain text; NO_COLOR and CI do so too.")
auto_approve = click.option("--auto-approve", is_flag=True, help="Do not ask.")
lock_timeout = click.option(
    "--lock-timeout",
    type=Seconds(),
    default="0s",
    show_default=True,
    help="How long to wait when somebody else holds the lock.",
)


def typed(ctx: click.Context, name: str) -> str:
    """A command as it has to be typed here, ``-C`` included."""
    folder: Path = ctx.obj
    chdir = "" if folder == Path() else f"-C {shlex.quote(str(folder))} "
    return f"mlinfra {chdir}{name}"


def next_command(ctx: click.Context, name: str, given: Inputs | None = None) -> str:
    """The command to run next, in a sentence. Values are not repeated: they may be secret."""
    same = ", with the same variables," if given else ""
    return f"`{typed(ctx, name)}`{same}"
