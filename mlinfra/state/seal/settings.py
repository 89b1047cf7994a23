"""The seal that a stack asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlinfra.model.configuration import Encryption, SecretKey
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.state.seal.api import Unopened
from mlinfra.state.seal.cipher import Cipher
from mlinfra.state.seal.keys import KeySource, Passphrase, from_environment, from_file

_A_KEY: Mapping[str, Any] = {
    "file": {
        "type": "string",
        "minLength": 1,
        "description": "A file with 64 hexadecimal digits (openssl rand -hex 32); a relative path is seen "
        "from the stack's folder and stays in the repository.",
    },
    "environment": {
        "type": "string",
        "minLength": 1,
        "description": "An environment variable with 64 hexadecimal digits.",
    },
    "passphrase": {
        "type": "string",
        "minLength": 1,
        "description": "At least 16 characters, from a sensitive variable; Argon2id makes a key of it.",
    },
}

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "Encrypts the recorded state, its journal and saved plans (AES-256-GCM). Expressions in "
    "it read variables and the environment.",
    "properties": {
        **_A_KEY,
        "fallback": {
            "description": "Read what was written with an earlier key, too; `plain`: what was not encrypted.",
            "anyOf": [
                {"const": "plain"},
                {"type": "object", "properties": _A_KEY, "additionalProperties": False},
                {"type": "array", "items": {"type": ["object", "string"]}},
            ],
        },
    },
    "additionalProperties": False,
}
"""What stands under ``encryption:``, for editors."""


def make_seal(encryption: Encryption, folder: Path, root: Path, environment: Mapping[str, str]) -> Cipher:
    """The seal; no key is asked for yet. ``folder`` is the stack's. Raises MlinfraError."""

    def source(key: SecretKey) -> KeySource:
        try:
            return _SOURCES[key.method](key.value, folder, root, environment)
        except Unopened as wrong:
            summary = f"`encryption` {wrong.problem}"
            raise MlinfraError(error(wrong.code, summary, wrong.hint, key.node.position)) from None

    fallbacks = tuple(source(key) for key in encryption.fallbacks)
    return Cipher(source(encryption.key), fallbacks, plain=encryption.plain)


def _file(value: Any, folder: Path, root: Path, _: Mapping[str, str]) -> KeySource:
    """Relative paths are confined as all files are; an absolute one is somebody's decision."""
    path = Path(value).expanduser()
    whole = folder / path
    if not path.is_absolute() and not whole.resolve().is_relative_to(root.resolve()):
        raise Unopened(
            "MLI-STA-076",
            f"names the key file {value}, which is outside of the repository",
            "Write an absolute path, or take it from a variable: a key need not lie in the repository, and "
            "must not be committed.",
        )
    return from_file(whole, str(value))


_SOURCES: Mapping[str, Callable[[Any, Path, Path, Mapping[str, str]], KeySource]] = {
    "file": _file,
    "environment": lambda value, _folder, _root, environment: from_environment(value, environment),
    "passphrase": lambda value, _folder, _root, _environment: Passphrase(value),
}
