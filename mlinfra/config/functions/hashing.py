"""Functions that give the same short text for the same value: hashes and GUIDs."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from mlinfra.config.functions.base import as_text, function


@function('sha1("churn")', "bafb5b68a5bd17fb591cbec03078585beb118a90")
def sha1(text: Any) -> str:
    """The SHA-1 of the text's UTF-8 bytes, in hexadecimal digits; for names that must match older ones."""
    return hashlib.sha1(as_text(text).encode(), usedforsecurity=False).hexdigest()


@function('sha256("churn")', "88b2072e3e177ec34a14929ecf42086800c989831269ec4b589231b683ae50be")
def sha256(text: Any) -> str:
    """The SHA-256 of the text's UTF-8 bytes, in hexadecimal digits."""
    return hashlib.sha256(as_text(text).encode()).hexdigest()


@function(
    'sha512("churn")[:16]',
    "bcb893bd75f3426a",
)
def sha512(text: Any) -> str:
    """The SHA-512 of the text's UTF-8 bytes, in hexadecimal digits."""
    return hashlib.sha512(as_text(text).encode()).hexdigest()


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
