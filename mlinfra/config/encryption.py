"""``encryption:``: which key the recorded state is encrypted with. Like ``backend:`` it is needed before
anything else is known, so it reads only variables and the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mlinfra.config import codes
from mlinfra.config.backend import values
from mlinfra.config.shape import Reader
from mlinfra.config.surroundings import Surroundings
from mlinfra.model.configuration import Encryption, SecretKey, Variable
from mlinfra.model.diagnostic import Diagnostic, Severity, error
from mlinfra.model.source import Node
from mlinfra.model.value import reveal

METHODS = ("file", "environment", "passphrase", "key_vault")
"""Where a key comes from."""
_WORDS = frozenset({*METHODS, "fallback"})
_VAULT_KEYS = ("vault", "key", "version", "cloud")
_NEEDED = _VAULT_KEYS[:2]

_Evaluate: TypeAlias = Callable[[Node], Any]


def read_encryption(
    section: Node | None,
    variables: Mapping[str, Variable],
    around: Surroundings,
    problems: list[Diagnostic],
) -> Encryption | None:
    """The key to write with and those that were in use before; None where the stack says nothing of it.

    Whatever is wrong is a problem, and never taken for nothing: that would write plain text.
    """
    if section is None:
        return None
    before = len(problems)

    def evaluated(node: Node) -> Any:
        found: list[Diagnostic] = []
        value = values(node, variables, around, found)
        problems.extend(found)
        return None if any(each.severity is Severity.ERROR for each in found) else value

    members = Reader(problems, "`encryption`").body(section, (*METHODS, "fallback"))
    own = _key({k: n for k, n in members.items() if k != "fallback"}, section, evaluated, problems)
    fallbacks, plain = _fallbacks(members.get("fallback"), evaluated, problems)
    return None if own is None or len(problems) > before else Encryption(own, fallbacks, plain)


def _fallbacks(
    node: Node | None, evaluated: _Evaluate, problems: list[Diagnostic]
) -> tuple[tuple[SecretKey, ...], bool]:
    """The keys in use before, and whether there was none."""
    if node is None or node.value is None:
        return (), False
    items = node.value if isinstance(node.value, tuple | list) else [node]
    keys: list[SecretKey] = []
    plain = False
    for item in items:
        if item.value == "plain":
            plain = True
            continue
        members = Reader(problems, "`fallback` of `encryption`").body(item, METHODS)
        key = _key(members, item, evaluated, problems)
        keys += [key] if key else []
    return tuple(keys), plain


def _key(
    members: Mapping[str, Node], whole: Node, evaluated: _Evaluate, problems: list[Diagnostic]
) -> SecretKey | None:
    if len(members) != 1:
        if whole.value is None or (isinstance(whole.value, Mapping) and _WORDS.issuperset(whole.value)):
            # What is no map, or has a key that is not known, was told.
            named = f"{len(members)} are" if members else "none is"
            problems.append(
                error(
                    codes.WRONG_SHAPE,
                    f"a key comes from one place, and {named} named",
                    f"Keep one of: {', '.join(METHODS)}.",
                    whole.key or whole.position,
                )
            )
        return None
    ((method, node),) = members.items()
    plain = reveal(evaluated(node))
    if plain is None and any(each.severity is Severity.ERROR for each in problems):
        return None  # a variable without a value, say: it was told
    fits = _is_vault(plain) if method == "key_vault" else isinstance(plain, str) and bool(plain)
    if not fits:
        shape = "a map: {vault: …, key: …}" if method == "key_vault" else "a text"
        problems.append(
            error(
                codes.WRONG_SHAPE,
                f"`{method}` of `encryption` takes {shape}",
                f"Beside these it takes: {', '.join(_VAULT_KEYS[2:])}." if method == "key_vault" else "",
                node.position,
            )
        )
        return None
    return SecretKey(method, plain, node)


def _is_vault(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(isinstance(item, str) and item for item in value.values())
        and set(_NEEDED) <= value.keys() <= set(_VAULT_KEYS)
    )
