"""How shells ask what could follow, and how they are answered: click's own ways, bash's put right.

Click's script for bash hands over words as bash divides them, at ``=`` and inside quotes too, and takes an
answer for a pattern of files: `role_assignment.team["ana"]` and `--target=compute.cpu` need more care. Fish
divides an answer at its first comma only.
"""

from __future__ import annotations

import os
import re

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

PROGRAM = "mlinfra"
_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' answer line kind value
    answer=$(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORD="${COMP_WORDS[COMP_CWORD]}" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
    COMPREPLY=()
    while read -r line; do
        kind=${line%%%%,*} value=${line#*,}
        case $kind in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            open) compopt -o nospace 2>/dev/null; COMPREPLY+=("$value") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done <<< "$answer"
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null \\
    || complete -F %(complete_func)s %(prog_name)s
"""
_END = "\x00"
"""Put behind what is typed, so that a word which is still empty is one."""
_SPECIAL = re.compile(r"([^A-Za-z0-9_@%+=:,./-])")


@add_completion_class
class Bash(BashComplete):
    """``COMP_LINE`` is what is typed up to the cursor, ``COMP_WORD`` what bash will put an answer in place
    of."""

    source_template = _BASH

    def source(self) -> str:
        """The script; unlike click's own it works in old versions too, so none is looked for."""
        return ShellComplete.source(self)

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being typed, and that one."""
        *args, last = split_arg_string(os.environ["COMP_LINE"] + _END)
        return args[1:], last.removesuffix(_END)

    def format_completion(self, item: CompletionItem[str]) -> str:
        """The rest of the word, written so that bash reads it as it is meant."""
        kind = "open" if item.type == "plain" and item.value.endswith("=") else item.type
        if item.type != "plain":
            return f"{kind},{item.value}"
        quote = _open_quote(os.environ["COMP_LINE"])
        value = _written(item.value, quote)
        if not quote:
            # Bash takes the word apart at = and :, and an answer stands for the last part alone.
            _, _, typed = os.environ["COMP_LINE"].rpartition(" ")
            value = value.removeprefix(typed.removesuffix(os.environ.get("COMP_WORD", "").strip("=:")))
        return f"{kind},{value}"


@add_completion_class
class Fish(FishComplete):
    """Click's, for answers with commas in them."""

    source_template = FishComplete.source_template.replace(
        'string split "," $completion', 'string split --max 1 "," $completion'
    )


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": ZshComplete, "fish": Fish}


def _open_quote(line: str) -> str:
    """The quote that is open at the end of a line; empty for none."""
    quote, escaped = "", False
    for char in line:
        if escaped:
            escaped = False
        elif char == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
    return quote


def _written(value: str, quote: str) -> str:
    """A value as it is typed: in the quote that is open, or with a backslash before what the shell reads."""
    if quote == "'":
        return value.replace("'", "'\\''")
    if quote == '"':
        return re.sub(r'([\\"$`])', r"\\\1", value)
    return _SPECIAL.sub(r"\\\1", value)
