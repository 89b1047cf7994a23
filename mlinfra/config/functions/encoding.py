"""Functions from values to text of a format, and back."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import quote

import yaml

from mlinfra.config.functions.base import MAX_ITEMS, TooMuch, as_number, as_text, function
from mlinfra.config.scalars import NumberTooLarge, resolve


@function('jsonencode({"b": [1, true], "a": null})', '{"a":null,"b":[1,true]}')
def jsonencode(value: Any) -> str:
    """The value as JSON, keys sorted, without spaces."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@function('jsondecode("[1, true]")', [1, True])
def jsondecode(text: Any) -> Any:
    """The value that a JSON text holds."""

    def constant(_: str) -> Any:
        raise ValueError

    def whole(digits: str) -> int:
        if len(digits) > 300:
            raise ValueError
        return int(digits)

    try:
        found = json.loads(
            as_text(text),
            parse_constant=constant,
            parse_int=whole,
            parse_float=lambda digits: as_number(float(digits)),
        )
        json.dumps(
            found, ensure_ascii=False
        ).encode()  # half a character can be written in JSON, but not sent
    except (ValueError, RecursionError):
        raise ValueError("this text is no JSON") from None
    return found


@function('base64encode("churn")', "Y2h1cm4=")
def base64encode(text: Any) -> str:
    """The text's UTF-8 bytes in base64."""
    return base64.b64encode(as_text(text).encode()).decode()


@function('base64decode("Y2h1cm4=")', "churn")
def base64decode(text: Any) -> str:
    """The text whose UTF-8 bytes this is in base64."""
    try:
        return base64.b64decode(as_text(text), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("this is no base64 of UTF-8 text") from None


@function('urlencode("a b/c")', "a%20b%2Fc")
def urlencode(text: Any) -> str:
    """The text as one part of a URL: all but letters, digits and ``-._~`` written as ``%XX``."""
    return quote(as_text(text), safe="")


class _Dumper(yaml.SafeDumper):
    """Writes what reads back as the same value, in YAML 1.2 as in 1.1; no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Equal values are written out each time."""
        return True


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    try:
        plain = resolve(text) is text and text.isprintable()
    except NumberTooLarge:
        plain = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _quoted)


@function('yamlencode({"b": [1, true], "a": "yes"})', "a: 'yes'\nb:\n- 1\n- true\n")
def yamlencode(value: Any) -> str:
    """The value as YAML, keys sorted, one line for each value."""
    text = yaml.dump(
        value, Dumper=_Dumper, sort_keys=True, allow_unicode=True, default_flow_style=False, width=2**30
    )
    return text.removesuffix("...\n")


@function('yamldecode("a: [1, yes]")', {"a": [1, "yes"]})
def yamldecode(text: Any) -> Any:
    """The value that a YAML text holds, read as stacks are: YAML 1.2, one document, no tags."""
    # The reader of YAML reads expressions too, and they know the functions: it cannot be imported above.
    from mlinfra.config.source import read_value
    from mlinfra.model.diagnostic import Diagnostic, Severity
    from mlinfra.model.source import Node, SourceFile

    problems: list[Diagnostic] = []
    node = read_value(SourceFile("yamldecode", as_text(text)), problems, expressions=False)
    if node is None or any(found.severity is Severity.ERROR for found in problems):
        raise ValueError("this text is no YAML that a stack could hold")
    left = MAX_ITEMS

    def plain(node: Node) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise TooMuch(f"the result would have more than {MAX_ITEMS} members")
        value = node.value
        if isinstance(value, dict):
            return {key: plain(child) for key, child in value.items()}
        if isinstance(value, tuple):
            return [plain(child) for child in value]
        return as_number(value) if isinstance(value, float) else value

    return plain(node)
