"""``mlinfra completion``."""

from __future__ import annotations

import click

from mlinfra.cli import console
from mlinfra.cli.completing import VARIABLE
from mlinfra.cli.shells import PROGRAM, SHELLS


@click.command()
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script with which a shell completes commands, options and names.

    \b
    bash   eval "$(mlinfra completion bash)"             in ~/.bashrc
    zsh    eval "$(mlinfra completion zsh)"              in ~/.zshrc, after compinit
    fish   mlinfra completion fish > ~/.config/fish/completions/mlinfra.fish

    Addresses, variables, outputs and modules come from the stack's files and the recorded state, without
    working anything out or asking anyone.
    """
    group = ctx.find_root().command
    console.say(SHELLS[shell](group, {}, PROGRAM, VARIABLE).source().removesuffix("\n"))
