"""Functions from one kind of value to another."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from typing import Any

from mlinfra.config.functions.base import as_number, as_text, function, scalar_text


@function("tostring(4)", "4")
def tostring(value: Any) -> str:
    """A number, or true or false, as text."""
    return scalar_text(value)


@function('tonumber("4")', 4)
def tonumber(value: Any) -> int | float:
    """The number that a text holds; a number as it is."""
    if not isinstance(value, str):
        return as_number(value)
    text = value.strip()
    if len(text) <= 300 and re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if len(text) <= 300 and re.fullmatch(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", text):
        return as_number(float(text))
    raise ValueError("this text is no number")


@function('tobool("true")', True)
def tobool(value: Any) -> bool:
    """``"true"`` and ``"false"`` as true and false; true and false as they are."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError('it takes true, false, "true" or "false"')


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


@function('sha256("churn")', "88b2072e3e177ec34a14929ecf42086800c989831269ec4b589231b683ae50be")
def sha256(text: Any) -> str:
    """The SHA-256 of the text's UTF-8 bytes, in hexadecimal digits."""
    return hashlib.sha256(as_text(text).encode()).hexdigest()


_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


@function('uuid5("dns", "contoso.com")', "2925428c-a5e2-56fd-9428-066f43b9c2e7")
def uuid5(namespace: Any, name: Any) -> str:
    """A GUID that is always the same for the same namespace (dns, url, oid, x500 or a GUID) and name."""
    space = _NAMESPACES.get(as_text(namespace))
    if space is None:
        try:
            space = uuid.UUID(namespace)
        except ValueError:
            raise ValueError("its namespace is dns, url, oid, x500 or a GUID") from None
    return str(uuid.uuid5(space, as_text(name)))
