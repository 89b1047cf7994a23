"""The simulator behind azure-core's pipeline: requests without a socket.

`SimulatorTransport` takes the place of a `RequestsTransport` in any client that lets its transport be
chosen. Imported only by who uses azure-core, so that the simulator itself does not need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse
from azure.core.utils import case_insensitive_dict

from mlinfra.simulator.simulator import ConnectionLost, Simulator
from mlinfra.simulator.wire import Request, Response, decode

REASONS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    206: "Partial Content",
    304: "Not Modified",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    412: "Precondition Failed",
}


class SimulatorStream(Iterator[bytes]):
    """The bytes of a blob: an iterator that knows its length and response, and that takes attributes.

    azure-storage-blob lays the blob's properties on it.
    """

    def __init__(self, response: SimulatorResponse, body: bytes) -> None:
        self.response = response
        self._pieces = iter((body,))
        self.content_length = len(body)

    def __len__(self) -> int:
        return self.content_length

    def __next__(self) -> bytes:
        return next(self._pieces)


class SimulatorResponse(HttpResponse):
    """A response that is there already: reading and closing change nothing."""

    def __init__(self, request: HttpRequest, response: Response) -> None:
        self._request = request
        self._body = response.body
        self._status = response.status
        self._headers = case_insensitive_dict(dict(response.headers))
        self._encoding: str | None = None

    request = property(lambda self: self._request, doc="The request this answers.")
    status_code = property(lambda self: self._status, doc="The HTTP status.")
    headers = property(lambda self: self._headers, doc="Names without case.")
    reason = property(lambda self: REASONS.get(self._status, ""), doc="The status in words.")
    content_type = property(lambda self: self._headers.get("content-type"), doc="The media type.")
    is_closed = property(lambda self: True, doc="There is nothing to close.")
    is_stream_consumed = property(lambda self: True, doc="There is no stream.")
    content = property(lambda self: self._body, doc="The body.")
    url = property(lambda self: self._request.url, doc="The address asked.")

    @property
    def encoding(self) -> str | None:
        """Always UTF-8 unless somebody says otherwise."""
        return self._encoding or "utf-8"

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        self._encoding = value

    def read(self) -> bytes:
        """The body."""
        return self._body

    def text(self, encoding: str | None = None) -> str:
        """The body as text."""
        return self._body.decode(encoding or self.encoding or "utf-8")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError when there is none."""
        return decode(self._body)

    def raise_for_status(self) -> None:
        """Raises HttpResponseError from 400 on."""
        if self._status >= 400:
            raise HttpResponseError(response=self)

    def iter_bytes(self, **kwargs: Any) -> Iterator[bytes]:
        """The body in one piece."""
        yield self._body

    iter_raw = iter_bytes

    def stream_download(self, pipeline: Any = None, **kwargs: Any) -> SimulatorStream:
        """The body in one piece, by the name under which azure-storage-blob asks for it."""
        return SimulatorStream(self, self._body)

    def body(self, **kwargs: Any) -> bytes:
        """The body, by the name that older policies use."""
        return self._body

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> SimulatorResponse:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()


class SimulatorTransport(HttpTransport[HttpRequest, HttpResponse]):
    """Sends requests to a simulator in this process. Thread-safe, as the simulator is."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close; the simulator belongs to who made it."""

    def __enter__(self) -> SimulatorTransport:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def sleep(self, duration: float) -> None:
        """Let the simulator's time pass, not ours."""
        self._simulator.advance(duration)

    def send(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer a request.

        Raises ServiceRequestError or ServiceResponseError where a fault rule cuts the connection before or
        after the service acted, as a real transport does on a reset.
        """
        address = urlsplit(request.url)
        headers = dict(request.headers)
        if address.netloc:
            headers["host"] = address.netloc
        asked = Request(
            method=request.method,
            path=address.path,
            query=dict(parse_qsl(address.query, keep_blank_values=True)),
            headers=headers,
            body=body_of(request),
        )
        try:
            return SimulatorResponse(request, self._simulator.handle(asked))
        except ConnectionLost as error:
            how = ServiceResponseError if error.acted else ServiceRequestError
            raise how(str(error), error=error) from error


def body_of(request: Any) -> bytes:
    """The body of an azure-core request of either kind, as bytes."""
    content: Any = getattr(request, "content", None)
    if content is None:
        content = getattr(request, "data", None)
    if not content:
        return b""
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, bytes | bytearray):
        return bytes(content)
    if hasattr(content, "read"):
        return cast(bytes, content.read())
    return b"".join(cast("Iterable[bytes]", content))


__all__ = ["SimulatorResponse", "SimulatorStream", "SimulatorTransport", "body_of"]
