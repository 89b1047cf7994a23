"""What stands under ``encryption:``, as JSON Schema for editors; `mlinfra.config.encryption` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.clouds import CLOUDS

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
    "key_vault": {
        "type": "object",
        "description": "A key of Azure Key Vault, which wraps the key of each command that writes.",
        "properties": {
            "vault": {"type": "string", "description": "Name of the vault."},
            "key": {"type": "string", "description": "Name of an RSA key in it."},
            "version": {"type": "string", "description": "Its version; the latest where left out."},
            "cloud": {"enum": list(CLOUDS), "description": "Which Azure; public where left out."},
        },
        "required": ["vault", "key"],
        "additionalProperties": False,
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
