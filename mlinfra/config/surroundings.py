"""What a stack's expressions can reach besides values: files of the repository, a few variables around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ENVIRONMENT_PREFIX = "MLINFRA_ENV_"
"""Only variables of the environment that start so can be read, so that no stack reaches a credential."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``folder`` is where relative paths start, ``root`` the repository that they are confined to.

    ``called`` is, in words, what the folder is. ``environment`` holds what `readable` lets through.
    ``templates`` keeps the files that `templatefile` has read, so that each is read and parsed once and its
    messages are equal; ``in_template`` says that a template is being worked out.
    """

    folder: Path
    root: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    called: str = "the stack's folder"
    in_template: bool = False
    templates: dict[Path, object] = field(default_factory=dict, repr=False, compare=False)


def readable(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that expressions may read, by names without the prefix."""
    start = len(ENVIRONMENT_PREFIX)
    return {
        name[start:]: text
        for name, text in environment.items()
        if name.startswith(ENVIRONMENT_PREFIX) and len(name) > start
    }
