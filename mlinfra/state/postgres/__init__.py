"""State in PostgreSQL: ``backend: {postgres: {…}}``.

    settings --target--> where and how to connect --line--> one connection, told in our words by `trouble`
    tables: the schema and its versions          store: the rows of one stack, by `statements`

Needs psycopg, which comes with the extra ``postgres``; importing this imports it not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlinfra.state.api import Site, StoreError

if TYPE_CHECKING:
    from mlinfra.state.postgres.store import PostgresStore


@dataclass(frozen=True)
class PostgresKind:
    """``backend: {postgres: {…}}``; what it leaves out is libpq's, from its environment (``PGHOST``, …)."""

    name: str = "postgres"
    settings_schema: Mapping[str, Any] = field(default_factory=lambda: _SETTINGS)

    def open(self, settings: Mapping[str, Any], site: Site) -> PostgresStore:
        """The rows of a stack. Raises StoreError where psycopg is missing or ``url`` is none."""
        try:
            from mlinfra.state.postgres.store import PostgresStore
            from mlinfra.state.postgres.target import read_target
        except ImportError as wrong:
            if not (wrong.name or "psycopg").startswith("psycopg"):
                raise
            raise StoreError(
                "a state in PostgreSQL needs psycopg, which is not installed or finds no libpq",
                "Install it beside mlinfra:  pip install 'mlinfra[postgres]'",
            ) from wrong
        return PostgresStore(read_target(settings, site.stack), clock=site.clock)


def _text(description: str, **other: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description, **other}


_IN_URL = ("host", "port", "database", "user", "password", "sslmode")

_SETTINGS: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "postgres store",
    "description": "State in a PostgreSQL database. What is left out is libpq's (PGHOST, ~/.pgpass).",
    "type": "object",
    "properties": {
        "host": _text("Name or address of the server, or the folder of its socket."),
        "port": {"type": "integer", "minimum": 1, "maximum": 65535, "description": "Its port."},
        "database": _text("The database, which must be there."),
        "user": _text("The role."),
        "password": _text(
            "Its password; better in PGPASSWORD or ~/.pgpass than in a file.", **{"x-sensitive": True}
        ),
        "sslmode": {
            "type": "string",
            "enum": ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
            "description": "Whether the connection is encrypted, and the server's certificate checked.",
        },
        "url": _text("All of that in one: postgresql://user@host/database.", **{"x-sensitive": True}),
        "schema": _text(
            "The schema that the tables are in.",
            default="mlinfra",
            pattern="^[a-z_][a-z0-9_]{0,62}$",
            **{"x-hint": "Small letters, digits and underscores, at most 63."},
        ),
        "name": _text(
            "What the stack is called there; the stack's name where left out. Stacks of several repositories "
            "share tables under names of their own.",
            maxLength=200,
        ),
    },
    "allOf": [{"not": {"required": ["url", key]}} for key in _IN_URL],
    "additionalProperties": False,
}

kind = PostgresKind()
