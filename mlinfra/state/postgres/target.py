"""Where a stack's rows are, how to connect there, and what of it may be said aloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo

from mlinfra.state.api import StoreError

_ALWAYS: Mapping[str, str] = {
    "client_encoding": "utf8",
    "fallback_application_name": "mlinfra",
    # A server that is gone without a word is noticed within seconds, and not when the kernel gives up.
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
_UNLESS_SAID: Mapping[str, str] = {"connect_timeout": "5"}
"""Seconds for each address of the server; ``PGCONNECT_TIMEOUT`` or the URL may say otherwise."""

_NAMES = {"database": "dbname"}
_SETTINGS = ("host", "port", "database", "user", "password", "sslmode")
_SECRET = ("password", "sslpassword")


@dataclass(frozen=True, slots=True)
class Target:
    """``conninfo`` is libpq's, a password in it; ``secrets`` are those, from the environment too."""

    conninfo: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    host: str
    port: str
    database: str
    user: str
    schema: str
    stack: str

    def where(self, rest: str = "") -> str:
        """A URL that names server, database, schema and stack, and nobody's password."""
        host = f"[{self.host}]" if ":" in self.host else quote(self.host, safe=",.")
        port = f":{self.port}" if self.host and "," not in self.port else ""
        return f"postgresql://{host}{port}/{quote(self.database)}#{self.schema}.{self.stack}{rest}"

    @property
    def server(self) -> str:
        """The server, for messages."""
        return f"{self.host}:{self.port}" if self.host else f"the local socket, port {self.port}"

    @property
    def options(self) -> str:
        """What PostgreSQL's own programs need to reach the server."""
        return f"-h {self.host} -p {self.port}" if self.host else f"-p {self.port}"

    def scrub(self, text: str) -> str:
        """The text without a secret in it."""
        for secret in self.secrets:
            text = text.replace(secret, "(sensitive)")
        return text


def read_target(settings: Mapping[str, Any], stack: str) -> Target:
    """The target that settings name; what they leave out is libpq's, from its environment. StoreError."""
    try:
        given = conninfo_to_dict(settings["url"]) if "url" in settings else {}
    except psycopg.Error:
        # What libpq says of it quotes it, the password included.
        raise StoreError(
            "`url` of `postgres` is not a connection URL",
            "Write it as postgresql://user@host:port/database, with what is special in it percent-encoded.",
        ) from None
    given |= {_NAMES.get(key, key): settings[key] for key in _SETTINGS if key in settings}
    explicit = {key: str(value) for key, value in given.items() if value is not None}
    found = {
        option.keyword.decode(): option.val.decode()
        for option in Conninfo.get_defaults()
        if option.val is not None
    } | explicit
    waits = {key: value for key, value in _UNLESS_SAID.items() if key not in found}
    user = found.get("user", "")
    secrets = {found[key] for key in _SECRET if found.get(key)}
    return Target(
        conninfo=make_conninfo(**{**_ALWAYS, **waits, **explicit}),
        secrets=tuple(sorted({*secrets, *map(_encoded, secrets)}, key=len, reverse=True)),
        host=found.get("host") or found.get("hostaddr", ""),
        port=found.get("port", ""),
        database=found.get("dbname") or user,
        user=user,
        schema=settings["schema"],
        stack=settings.get("name", stack),
    )


def _encoded(secret: str) -> str:
    return quote(secret, safe="")
