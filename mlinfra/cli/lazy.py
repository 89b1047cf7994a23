"""A group whose commands are imported when they are asked for.

``--help`` and ``version`` must not pay for the planner, the schemas and rich; so the group knows each
command's name and one line about it, and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click
from click.exceptions import NoSuchCommand
from click.shell_completion import CompletionItem


class LazyGroup(click.Group):
    """``lazy`` maps a command's name to ``(module, attribute, one line)``, in the order of the help."""

    def __init__(self, *, lazy: Mapping[str, tuple[str, str, str]], **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]  # click's own keywords, passed on as they came
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of work."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import it."""
        if cmd_name not in self.lazy:
            return None
        module, attribute, _ = self.lazy[cmd_name]
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Their names and options, again without importing one: somebody waits for it."""
        found = {name: line for name, (_, _, line) in self.lazy.items() if name.startswith(incomplete)}
        named = [CompletionItem(name, help=line) for name, line in found.items()]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find it; what is no command is answered with near names, as click does for its own table."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as wrong:
            raise NoSuchCommand(wrong.command_name, possibilities=self.lazy, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in self.lazy.items()])
