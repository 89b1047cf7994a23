"""What each code of a message means: the table ``errors.toml``, of which the reference is made, and rules."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from mlinfra.policy.api import about
from mlinfra.policy.exemptions import OWN

_TABLE = "errors.toml"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is wrong where a message has this code, and what to do about it, each in full sentences."""

    wrong: str
    remedy: str


@cache
def meanings() -> Mapping[str, Meaning]:
    """Every code of our own messages, in the order of the alphabet."""
    text = resources.files("mlinfra.cli").joinpath(_TABLE).read_text(encoding="utf-8")
    return {code: Meaning(*sentences) for code, sentences in tomllib.loads(text).items()}


def all_meanings() -> Mapping[str, Meaning]:
    """Those of our messages, and of every rule that is installed. Raises MlinfraError where one is broken."""
    from mlinfra.policy.registry import load_rules

    found = dict(meanings())
    for own in OWN:
        found[own.code] = Meaning(_sentences(own.name, own.why), own.mend)
    for rule in load_rules():
        told = about(rule)
        found[rule.code] = Meaning(_sentences(rule.name, told.why), told.mend)
    return found


def _sentences(name: str, why: str) -> str:
    return f"{name[:1].upper()}{name[1:]}. {why}"
