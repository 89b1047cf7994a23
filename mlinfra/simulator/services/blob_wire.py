"""What the blob service's operations share: the call, conditions, refusals in XML, times and tags."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from html import escape

import msgspec

from mlinfra.simulator.blob_rows import Blob
from mlinfra.simulator.clock import http_date
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.store import Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import World

XML = '<?xml version="1.0" encoding="utf-8"?>'


class BlobCall(msgspec.Struct, frozen=True):
    """One request to an account. ``container`` and ``name`` are decoded; ``name`` is empty for a container's.

    Names of headers and of the query are lower case.
    """

    world: World
    account: Resource
    container: str
    name: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def container_id(self) -> str:
        """The ARM id of the container."""
        return f"{self.account.id}/blobServices/default/containers/{self.container}"

    def place(self) -> Resource:
        """The container, which must be there. Raises ArmError 404."""
        found = self.world.store.get(self.container_id)
        if found is None:
            raise refuse(404, "ContainerNotFound", "The specified container does not exist.")
        return found

    def metadata(self) -> dict[str, str]:
        """What the headers ``x-ms-meta-…`` say."""
        start = "x-ms-meta-"
        return {key[len(start) :]: value for key, value in self.headers.items() if key.startswith(start)}

    def etag(self) -> str:
        """A new etag."""
        guid = self.world.ids.guid("blob etag", self.container_id, self.name)
        return f'"0x8D{guid.replace("-", "")[:12].upper()}"'


def refuse(status: int, code: str, text: str, **headers: str) -> ArmError:
    """A refusal as the blob service writes it."""
    body = f"{XML}<Error><Code>{code}</Code><Message>{escape(text, quote=False)}</Message></Error>"
    named = {"x-ms-error-code": code, "content-type": "application/xml"}
    named.update({key.replace("_", "-"): value for key, value in headers.items()})
    return ArmError(status, code, text, headers=named, body=body.encode())


def bad_header(name: str) -> ArmError:
    """A header whose value cannot be."""
    text = f"The value for one of the HTTP headers is not in the correct format: {name}."
    return refuse(400, "InvalidHeaderValue", text)


def no_header(name: str) -> ArmError:
    """A header that must be there."""
    text = f"An HTTP header that's mandatory for this request is not specified: {name}."
    return refuse(400, "MissingRequiredHeader", text)


def missing() -> ArmError:
    """There is no such blob."""
    return refuse(404, "BlobNotFound", "The specified blob does not exist.")


def find(call: BlobCall) -> Blob:
    """The blob that is asked for. Raises ArmError 404."""
    call.place()
    found = call.world.store.blobs.get(call.container_id, call.name)
    if found is None:
        raise missing()
    return found


def xml(body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in XML."""
    return Answer(status, (XML + body).encode(), {"content-type": "application/xml", **(headers or {})})


def stamps(etag: str, changed: float) -> dict[str, str]:
    """The two headers that every answer about something that is there has."""
    return {"etag": etag, "last-modified": http_date(int(changed))}


def check_conditions(call: BlobCall, etag: str | None, changed: float, *, writing: bool) -> None:
    """If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since. ``etag`` None: nothing is there yet.

    Raises ArmError 412, 409 for ``If-None-Match: *`` on what is there, 304 for a read of what did not change.
    """
    failed = refuse(
        412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met."
    )
    match = call.headers.get("if-match")
    if match is not None and (etag is None or (match != "*" and match.strip('"') != etag.strip('"'))):
        raise failed
    none = call.headers.get("if-none-match")
    if none is not None and etag is not None and (none == "*" or none.strip('"') == etag.strip('"')):
        if not writing:
            raise ArmError(304, "", "", headers={"x-ms-error-code": "ConditionNotMet"}, body=None)
        if none == "*":
            raise refuse(409, "BlobAlreadyExists", "The specified blob already exists.")
        raise failed
    if etag is None:
        return
    since, until = _moment(call, "if-modified-since"), _moment(call, "if-unmodified-since")
    if since is not None and int(changed) <= since:
        if not writing:
            raise ArmError(304, "", "", headers={"x-ms-error-code": "ConditionNotMet"}, body=None)
        raise failed
    if until is not None and int(changed) > until:
        raise failed


def _moment(call: BlobCall, header: str) -> float | None:
    value = call.headers.get(header)
    if value is None:
        return None
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        raise bad_header(header) from None
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()


def number(call: BlobCall, name: str, most: int) -> int:
    """A number of the query from 1 to ``most``, which is what a larger one means. Raises ArmError 400."""
    value = call.query.get(name, str(most))
    if not value.isascii() or not value.isdigit() or int(value[:9]) == 0:
        text = f"A query parameter specified in the request URI is outside the permissible range: {name}."
        raise refuse(400, "OutOfRangeQueryParameterValue", text)
    return min(most, int(value[:9]))
