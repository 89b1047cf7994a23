"""The ARM template in which azure-ai-ml deploys a workspace → the body of the workspace in it.

Evaluates what that template uses of the template language: ``parameters``, ``variables``, ``if``, ``not``,
``equals``, ``json``, ``resourceId``. Its booleans are parameters of type text with the values true and false,
and its empty text is what nobody said: both are read here as the service reads them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|([A-Za-z][A-Za-z0-9]*)|([(),.]))")

WORKSPACE = "Microsoft.MachineLearningServices/workspaces"


def workspace_body(
    template: Mapping[str, Any], parameters: Mapping[str, Any], subscription: str
) -> dict[str, Any]:
    """The body of the workspace that this template would deploy, without its name and api-version.

    Raises ValueError for what this evaluator does not know.
    """
    scope = _Scope(template, {name: given["value"] for name, given in parameters.items()}, subscription)
    resource = next(each for each in template["resources"] if each["type"] == WORKSPACE)
    wanted = ("kind", "location", "tags", "identity", "properties")
    body: dict[str, Any] = _as_read(scope.value({key: resource[key] for key in wanted if key in resource}))
    return body


@dataclass(frozen=True, slots=True)
class _Scope:
    """What expressions can see."""

    template: Mapping[str, Any]
    given: Mapping[str, Any]
    subscription: str

    def value(self, written: Any) -> Any:
        """A value of the template with its expressions evaluated."""
        if isinstance(written, dict):
            return {key: self.value(item) for key, item in written.items()}
        if isinstance(written, list):
            return [self.value(item) for item in written]
        if isinstance(written, str) and written.startswith("[") and not written.startswith("[["):
            return self.evaluate(written[1:-1])
        return written

    def evaluate(self, text: str) -> Any:
        """An expression without its brackets."""
        tokens = _tokens(text)
        found = self._expression(tokens)
        if tokens:
            raise ValueError(f"{text!r} goes on after its end")
        return found

    def _expression(self, tokens: list[tuple[str, str]]) -> Any:
        kind, text = tokens.pop(0)
        if kind == "text":
            return text
        if kind != "name" or not tokens or tokens.pop(0)[1] != "(":
            raise ValueError(f"{text!r} is no call")
        arguments: list[Any] = []
        while tokens[0][1] != ")":
            arguments.append(self._expression(tokens))
            if tokens[0][1] == ",":
                tokens.pop(0)
        tokens.pop(0)
        return self._call(text, arguments)

    def _call(self, name: str, arguments: list[Any]) -> Any:
        functions: dict[str, Callable[..., Any]] = {
            "parameters": self._parameter,
            "variables": lambda variable: self.value(self.template["variables"][variable]),
            "if": lambda condition, yes, no: yes if condition else no,
            "not": lambda condition: not condition,
            "equals": lambda one, other: _folded(one) == _folded(other),
            "json": json.loads,
            "resourceId": self._resource_id,
        }
        if name not in functions:
            raise ValueError(f"{name} is no function that is known here")
        return functions[name](*arguments)

    def _parameter(self, name: str) -> Any:
        if self.given.get(name) is not None:
            return self.given[name]
        return self.value(self.template["parameters"][name].get("defaultValue"))

    def _resource_id(self, *parts: str) -> str:
        """``resourceId([subscription], group, type, name…)``; the type is the part with a slash."""
        at = next(n for n, part in enumerate(parts) if "/" in part)
        *subscription, group = parts[:at]
        namespace, *types = parts[at].split("/")
        pairs = "/".join(f"{kind}/{name}" for kind, name in zip(types, parts[at + 1 :], strict=True))
        return (
            f"/subscriptions/{(subscription or [self.subscription])[0]}/resourceGroups/{group}"
            f"/providers/{namespace}/{pairs}"
        )


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"{text!r} cannot be read from {text[at:]!r} on")
        quoted, name, sign = match.groups()
        if quoted is not None:
            found.append(("text", quoted.replace("''", "'")))
        else:
            found.append(("name", name) if name else ("sign", sign))
        at = match.end()
    return found


def _folded(value: Any) -> Any:
    """`equals` of the template language does not see case."""
    return value.casefold() if isinstance(value, str) else value


def _as_read(value: Any) -> Any:
    """Text booleans as booleans, empty text as nothing."""
    if isinstance(value, dict):
        return {key: _as_read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_read(item) for item in value]
    return {"true": True, "false": False, "": None}.get(value, value) if isinstance(value, str) else value
