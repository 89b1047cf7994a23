"""Containers at the blob service: made, described, removed, listed, and the lists of their blobs.

They are the containers that ARM shows below ``blobServices/default``.
"""

from __future__ import annotations

import base64
import binascii
import re
from html import escape
from urllib.parse import quote

from mlinfra.simulator.blob_rows import Blob
from mlinfra.simulator.bodies import fresh_etag
from mlinfra.simulator.clock import http_date
from mlinfra.simulator.services.blob_leases import shown_lease
from mlinfra.simulator.services.blob_wire import BlobCall, check_conditions, number, refuse, stamps, xml
from mlinfra.simulator.services.storage_children import CONTAINER, container_etag
from mlinfra.simulator.services.storage_leases import lease_of, protected
from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer

PAGE = 5000
"""How many a list shows at most (REST reference, maxresults)."""


def create(call: BlobCall) -> Answer:
    """PUT ?restype=container."""
    kind = call.world.kind(CONTAINER)
    if not kind.names.pattern.fullmatch(call.container):
        raise refuse(400, "InvalidResourceName", "The specified resource name contains invalid characters.")
    if call.world.store.exists(call.container_id):
        raise refuse(409, "ContainerAlreadyExists", "The specified container already exists.")
    properties: dict[str, object] = {}
    public = call.headers.get("x-ms-blob-public-access")
    if public is not None:
        if not call.account.properties.get("allowBlobPublicAccess"):
            text = "Public access is not permitted on this storage account."
            raise refuse(409, "PublicAccessNotPermitted", text)
        properties["publicAccess"] = public.capitalize()
    if call.metadata():
        properties["metadata"] = call.metadata()
    now = call.world.now
    made = Resource(
        id=call.container_id,
        type=CONTAINER,
        name=call.container,
        state="Succeeded",
        body={"properties": properties},
        created=now,
        changed=now,
    )
    fresh_etag(call.world, kind, made)
    call.world.store.put(made)
    return Answer(201, None, _stamps(made))


def _stamps(place: Resource) -> dict[str, str]:
    return stamps(container_etag(place), place.changed)


def show(call: BlobCall) -> Answer:
    """GET and HEAD ?restype=container."""
    place = call.place()
    headers = {
        **_stamps(place),
        **_lease(call, place),
        "x-ms-has-immutability-policy": "false",
        "x-ms-has-legal-hold": _held(place),
    }
    for key, value in place.properties.get("metadata", {}).items():
        headers[f"x-ms-meta-{key}"] = value
    public = place.properties.get("publicAccess", "None")
    if public != "None":
        headers["x-ms-blob-public-access"] = public.lower()
    return Answer(200, None, headers)


def _lease(call: BlobCall, place: Resource) -> dict[str, str]:
    shown = {key: word.lower() for key, word in lease_of(place, call.world.now).items()}
    return {f"x-ms-lease-{key.removeprefix('lease').lower()}": word for key, word in shown.items()}


def _held(place: Resource) -> str:
    return str(bool(place.data.get("holds"))).lower()


def describe(call: BlobCall) -> Answer:
    """PUT ?restype=container&comp=metadata: what is there is replaced."""
    place = call.place()
    place.properties["metadata"] = call.metadata()
    place.changed = call.world.now
    fresh_etag(call.world, call.world.kind(CONTAINER), place)
    call.world.store.put(place)
    return Answer(200, None, _stamps(place))


def remove(call: BlobCall) -> Answer:
    """DELETE ?restype=container."""
    place = call.place()
    check_conditions(call, container_etag(place), place.changed, writing=True)
    refusal = protected(place, call.world.now)
    if refusal is not None:
        raise refuse(*refusal)
    call.world.remove(place)
    return Answer(202)


# -- lists -------------------------------------------------------------------------------------------------


def list_containers(call: BlobCall) -> Answer:
    """GET ?comp=list at the account, with prefix, marker, maxresults and include=metadata."""
    size, after = number(call, "maxresults", PAGE), _marker(call)
    prefix = call.query.get("prefix", "")
    found = [
        one
        for one in call.world.store.under(call.account.id, CONTAINER)
        if one.name.startswith(prefix) and one.name > after
    ]
    found.sort(key=lambda one: one.name)
    shown = "".join(_container(call, one) for one in found[:size])
    more = found[size - 1].name if len(found) > size else ""
    return xml(f"{_open(call)}<Containers>{shown}</Containers>{_next(more)}</EnumerationResults>")


def _container(call: BlobCall, place: Resource) -> str:
    lease = lease_of(place, call.world.now)
    inner = (
        f"<Last-Modified>{http_date(int(place.changed))}</Last-Modified><Etag>{container_etag(place)}</Etag>"
        + "".join(f"<L{key[1:]}>{word.lower()}</L{key[1:]}>" for key, word in lease.items())
        + f"<HasImmutabilityPolicy>false</HasImmutabilityPolicy><HasLegalHold>{_held(place)}</HasLegalHold>"
    )
    described = _metadata(call, place.properties.get("metadata", {}))
    return f"<Container><Name>{place.name}</Name><Properties>{inner}</Properties>{described}</Container>"


def list_blobs(call: BlobCall) -> Answer:
    """GET ?restype=container&comp=list, with prefix, delimiter, marker, maxresults and include=metadata."""
    place = call.place()
    size, after = number(call, "maxresults", PAGE), _marker(call)
    prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
    shown: list[str] = []
    rows = call.world.store.blobs
    found = rows.listed(place.id, prefix, after, size + 1)
    while found and len(shown) < size:
        one = found.pop(0)
        cut = one.name.find(delimiter, len(prefix)) if delimiter else -1
        if cut < 0:
            shown.append(_blob(call, one))
            after = one.name
            continue
        folder = one.name[: cut + len(delimiter)]
        shown.append(f"<BlobPrefix>{_name(folder)}</BlobPrefix>")
        after = folder + "\U0010ffff"  # behind all that lies in the folder
        found = rows.listed(place.id, prefix, after, size + 1)
    more = after if found else ""
    return xml(f"{_open(call)}<Blobs>{''.join(shown)}</Blobs>{_next(more)}</EnumerationResults>")


def _open(call: BlobCall) -> str:
    where = f' ContainerName="{escape(call.container)}"' if call.container else ""
    asked = "".join(
        f"<{tag}>{escape(call.query[key], quote=False)}</{tag}>"
        for key, tag in (
            ("prefix", "Prefix"),
            ("marker", "Marker"),
            ("maxresults", "MaxResults"),
            ("delimiter", "Delimiter"),
        )
        if call.query.get(key)
    )
    host = f"https://{call.account.name}.blob.core.windows.net/"
    return f'<EnumerationResults ServiceEndpoint="{host}"{where}>{asked}'


def _next(name: str) -> str:
    """The marker is opaque to clients: the last name, so that what is added before it is not shown again."""
    if not name:
        return "<NextMarker />"
    return f"<NextMarker>{base64.urlsafe_b64encode(name.encode()).decode()}</NextMarker>"


def _marker(call: BlobCall) -> str:
    marker = call.query.get("marker", "")
    try:
        return base64.b64decode(marker.encode(), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        text = "Value for one of the query parameters specified in the request URI is invalid: marker."
        raise refuse(400, "InvalidQueryParameterValue", text) from None


def _name(name: str) -> str:
    """Characters that XML cannot hold make the service encode the whole name."""
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", name):
        return f'<Name Encoded="true">{quote(name)}</Name>'
    return f"<Name>{escape(name, quote=False)}</Name>"


_TIER = "<AccessTier>Hot</AccessTier><AccessTierInferred>true</AccessTierInferred>"

_SHOWN = (
    ("content-type", "Content-Type"),
    ("content-encoding", "Content-Encoding"),
    ("content-language", "Content-Language"),
    ("content-md5", "Content-MD5"),
    ("cache-control", "Cache-Control"),
    ("content-disposition", "Content-Disposition"),
)


def _blob(call: BlobCall, blob: Blob) -> str:
    own = "".join(
        f"<{tag}>{escape(blob.headers[key], quote=False)}</{tag}>" if key in blob.headers else f"<{tag} />"
        for key, tag in _SHOWN
    )
    told = shown_lease(blob, call.world.host())
    lease = "".join(
        f"<Lease{key.capitalize()}>{word}</Lease{key.capitalize()}>" for key, word in told.items()
    )
    inner = (
        f"<Creation-Time>{http_date(int(blob.created))}</Creation-Time>"
        f"<Last-Modified>{http_date(int(blob.changed))}</Last-Modified><Etag>{blob.etag.strip(chr(34))}</Etag>"
        f"<Content-Length>{blob.size}</Content-Length>{own}<BlobType>{blob.type}</BlobType>"
        f"{_TIER if blob.appends is None else ''}{lease}<ServerEncrypted>true</ServerEncrypted>"
    )
    described = _metadata(call, blob.metadata)
    return f"<Blob>{_name(blob.name)}<Properties>{inner}</Properties>{described}<OrMetadata /></Blob>"


def _metadata(call: BlobCall, found: dict[str, str]) -> str:
    if "metadata" not in call.query.get("include", "").split(","):
        return ""
    items = "".join(f"<{key}>{escape(value, quote=False)}</{key}>" for key, value in found.items())
    return f"<Metadata>{items}</Metadata>"
