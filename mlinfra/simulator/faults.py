"""Faults by rule: which requests do not go as they should, and how.

A file is a YAML (or JSON) list::

    - match: {method: PUT, path: "/computes/", nth: 3}
      do: {status: 429, headers: {Retry-After: "7"}, body: {error: {code: TooManyRequests}}}
    - {match: {nth: 12}, do: {exit: before}}
    - {match: {nth: 13}, do: {drop: after}}
    - {match: {path: "/workspaces/"}, do: {delay: 30}}

All keys of ``match`` are optional; ``path`` is a regular expression, searched without case; ``nth`` counts
the matches of the rule's other keys in this process. Every matching rule's ``delay`` is added up; of the
other deeds the first rule's is done.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from mlinfra.simulator.wire import Response, encode


class FaultError(ValueError):
    """A fault file cannot be read; the message names the rule and what is wrong."""


class Fault(msgspec.Struct, frozen=True):
    """What happens to one request. ``end`` says when it ends: before or after, ``how``: exit or drop."""

    delay: float = 0.0
    response: Response | None = None
    end: str = ""
    how: str = ""


@dataclass(slots=True)
class Rule:
    """One rule of the file; ``seen`` counts its matches."""

    fault: Fault
    method: str = ""
    path: re.Pattern[str] | None = None
    nth: int = 0
    seen: int = field(default=0)

    def matches(self, method: str, path: str) -> bool:
        """Whether this request is meant. Counts it."""
        if self.method and self.method != method.upper():
            return False
        if self.path is not None and not self.path.search(path):
            return False
        self.seen += 1
        return not self.nth or self.seen == self.nth


_NONE = Fault()


class Faults:
    """The rules of one process."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)

    @classmethod
    def read(cls, path: Path) -> Faults:
        """Read a file. Raises FaultError."""
        import yaml

        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise FaultError(f"the fault file {path} cannot be read: {error.strerror}") from None
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise FaultError(f"the fault file {path} is no YAML: {error}") from None
        if found is None:
            found = []
        if not isinstance(found, list):
            raise FaultError(f"the fault file {path} must be a list of rules, each with match and do")
        return cls([_rule(number, one) for number, one in enumerate(found, 1)])

    def match(self, method: str, path: str) -> Fault:
        """What happens to this request."""
        if not self._rules:
            return _NONE
        delay, chosen = 0.0, _NONE
        for rule in self._rules:
            if rule.matches(method, path):
                delay += rule.fault.delay
                if chosen is _NONE and (rule.fault.end or rule.fault.response is not None):
                    chosen = rule.fault
        return Fault(delay, chosen.response, chosen.end, chosen.how)


def _rule(number: int, one: Any) -> Rule:
    where = f"fault rule {number}"
    if not isinstance(one, dict):
        raise FaultError(f"{where} must be a mapping with match and do")
    _only(where, one, ("match", "do"))
    match = one.get("match") or {}
    if not isinstance(match, dict):
        raise FaultError(f"{where}: match must be a mapping")
    _only(f"{where}: match", match, ("method", "path", "nth"))
    method, path, nth = match.get("method", ""), match.get("path"), match.get("nth", 0)
    if not isinstance(method, str):
        raise FaultError(f"{where}: match.method must be a text such as PUT")
    pattern = None
    if path is not None:
        try:
            pattern = re.compile(path, re.IGNORECASE)
        except (re.error, TypeError) as error:
            raise FaultError(f"{where}: match.path is no regular expression: {error}") from None
    if "nth" in match and (not isinstance(nth, int) or isinstance(nth, bool) or nth < 1):
        raise FaultError(f"{where}: match.nth must be a whole number from 1")
    return Rule(_deed(where, one.get("do")), method.upper(), pattern, nth)


def _deed(where: str, do: Any) -> Fault:
    if not isinstance(do, dict) or not do:
        raise FaultError(f"{where} needs do: status, exit, drop or delay")
    _only(f"{where}: do", do, ("status", "headers", "body", "exit", "drop", "delay"))
    delay = do.get("delay", 0)
    if not isinstance(delay, int | float) or isinstance(delay, bool) or not 0 <= delay < 1e12:
        raise FaultError(f"{where}: do.delay must be a number of seconds from 0")
    ends = [key for key in ("exit", "drop") if key in do]
    if len(ends) + ("status" in do) > 1:
        raise FaultError(f"{where}: do takes only one of status, exit and drop")
    for key in ends:
        if do[key] not in ("before", "after"):
            raise FaultError(f"{where}: do.{key} must be before or after (the service acted)")
        return Fault(float(delay), None, do[key], key)
    if "status" not in do:
        if "headers" in do or "body" in do:
            raise FaultError(f"{where}: do.headers and do.body need do.status")
        return Fault(float(delay))
    return Fault(float(delay), _response(where, do))


def _response(where: str, do: dict[str, Any]) -> Response:
    status, headers, body = do["status"], do.get("headers") or {}, do.get("body")
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        raise FaultError(f"{where}: do.status must be an HTTP status, 100 to 599")
    if not isinstance(headers, dict):
        raise FaultError(f"{where}: do.headers must be a mapping")
    shown = {str(name).lower(): str(value) for name, value in headers.items()}
    if body is None:
        data = b""
    elif isinstance(body, str):
        data = body.encode()
    else:
        try:
            data = encode(body)
        except (TypeError, ValueError) as error:
            raise FaultError(f"{where}: do.body cannot be JSON: {error}") from None
        shown.setdefault("content-type", "application/json; charset=utf-8")
    shown["content-length"] = str(len(data))
    return Response(status, shown, data)


def _only(where: str, one: dict[Any, Any], keys: tuple[str, ...]) -> None:
    for key in one:
        if key not in keys:
            raise FaultError(f"{where}: unknown key {key!r}; there are {', '.join(keys)}")
