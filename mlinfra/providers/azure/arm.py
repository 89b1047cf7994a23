"""One client of Azure Resource Manager: plain REST through azure-core's pipeline, with our own policies.

No RetryPolicy (the engine retries, it has the budget and the journal), no automatic registration of resource
providers, no logging of bodies. Thread-safe. The bearer token goes to the endpoint's own host and nowhere
else. This module is imported inside `AzureProvider.connect`: it costs 100 ms that ``--help`` never pays.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from azure.core import PipelineClient
from azure.core.exceptions import (
    AzureError as CoreError,
)
from azure.core.exceptions import (
    ClientAuthenticationError,
    ServiceRequestError,
)
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RequestIdPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest

from mlinfra import __version__
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.budget import Budget, Place, verb_of
from mlinfra.providers.azure.envelope import codes_of, retry_after
from mlinfra.providers.azure.errors import (
    AzureError,
    absent,
    foreign,
    not_signed_in,
    refusal,
    throttled,
    unreachable,
)
from mlinfra.providers.azure.operations import relative

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline import PipelineRequest
    from azure.core.pipeline.transport import HttpTransport

POOL = 64
"""Connections kept open: at azure-core's own 10, 32 workers throw connections away and make them anew."""

_OF_ITS_OWN = frozenset({"RetryableError", "ReferencedResourceNotProvisioned"})
"""Codes that come with 429 and are about one resource, not about too many requests
(I:terraform-provider-azurerm#21293)."""

_SAFE = "/:@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case, ``body`` parsed (None: empty). ``endpoint`` is the ARM
    endpoint that was asked, against which links in the answer are judged."""

    status: int
    headers: Mapping[str, str]
    body: Any
    endpoint: str


class _Bearer(BearerTokenCredentialPolicy[HttpRequest, Any]):
    """Fetches one token for all threads: 32 workers must not start 32 ``az`` processes."""

    def __init__(self, credential: TokenCredential, *scopes: str) -> None:
        super().__init__(credential, *scopes)
        self._lock = threading.Lock()

    def on_request(self, request: PipelineRequest[Any]) -> None:
        with self._lock:
            super().on_request(request)


class Arm:
    """The client. ``requests`` counts what was sent; ``budget`` holds back what Azure would refuse (None:
    nothing is held back)."""

    def __init__(
        self,
        endpoint: str,
        credential: TokenCredential,
        scopes: Sequence[str],
        transport: HttpTransport[Any, Any] | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.budget = budget
        self._client: PipelineClient[HttpRequest, Any] = PipelineClient(
            base_url=self.endpoint,
            policies=[
                RequestIdPolicy(),
                UserAgentPolicy(base_user_agent=f"mlinfra/{__version__}"),
                _Bearer(credential, *scopes),
            ],
            transport=transport or pooled_transport(),
        )
        self._lock = threading.Lock()
        self._sent = 0

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._sent

    def get(self, id: str, api_version: str) -> dict[str, Any] | None:
        """The resource as ARM shows it; None when it, its parent or its group is not there.

        Raises ProviderError.
        """
        url = self._url(id, api_version)
        answer = self._send("GET", url)
        if absent(answer.status, answer.body):
            return None
        self._refuse(answer, "GET", id)
        if not isinstance(answer.body, dict):
            raise AzureError(
                "MLI-AZ-PROTOCOL", f"GET {id} was not answered with an object", status=answer.status
            )
        return answer.body

    def send(
        self,
        method: str,
        path: str,
        api_version: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request below the endpoint. Raises ProviderError for an answer of 300 and above."""
        answer = self._send(method, self._url(path, api_version, query), body=body, headers=headers)
        self._refuse(answer, method, path)
        return answer

    def read(self, url: str) -> Answer:
        """GET of a path with its query as Azure gave it (see `relative`): an operation's poll.

        Raises ProviderError for an answer of 300 and above.
        """
        answer = self._send("GET", f"{self.endpoint}{url}")
        self._refuse(answer, "GET", url.partition("?")[0])
        return answer

    def list(
        self, path: str, api_version: str, query: Mapping[str, str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Every item of a collection, page after page; nothing when what it belongs to is not there.

        Raises ProviderError, above all for a ``nextLink`` to another host.
        """
        url: str | None = self._url(path, api_version, query)
        seen: set[str] = set()
        while url is not None:
            seen.add(url)
            answer = self._send("GET", url)
            if absent(answer.status, answer.body):
                return
            self._refuse(answer, "GET", path)
            page = answer.body if isinstance(answer.body, dict) else {}
            for item in page.get("value") or ():
                if isinstance(item, dict):
                    yield item
            url = self._next(page.get("nextLink"), seen)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def place(self, subscription: str | None) -> Place:
        """Where requests of a subscription (None: the tenant's own) are counted."""
        return self.endpoint.lower(), (subscription or "").lower()

    def _next(self, link: Any, seen: set[str]) -> str | None:
        if not isinstance(link, str) or not link:
            return None
        path = relative(self.endpoint, link)
        if path is None:
            raise foreign(link)
        url = f"{self.endpoint}{path}"
        return None if url in seen else url

    def _url(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> str:
        if not path.startswith("/") or {".", ".."} & set(path.split("/")):
            raise AzureError("MLI-AZ-PROTOCOL", f"{path!r} is no id below the endpoint", sent=False)
        tail = urlencode({**(query or {}), "api-version": api_version})
        return f"{self.endpoint}{quote(path, safe=_SAFE)}?{tail}"

    def _send(
        self, method: str, url: str, *, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        request = HttpRequest(
            method, url, headers={"Accept": "application/json", **(headers or {})}, json=body
        )
        place = self.place(ids.subscription_of(urlsplit(url).path))
        closed = self.budget.spend(place, method) if self.budget is not None else 0.0
        if closed > 0:
            raise throttled(closed)
        with self._lock:
            self._sent += 1
        try:
            response = self._client.send_request(request)
            content = response.read()
        except ClientAuthenticationError as wrong:
            raise not_signed_in(wrong.message) from wrong
        except ServiceRequestError as wrong:
            raise unreachable(wrong.message, sent=False) from wrong
        except CoreError as wrong:
            raise unreachable(wrong.message, sent=True) from wrong
        answer = Answer(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            _parsed(content, response.status_code),
            self.endpoint,
        )
        self._learn(place, method, answer)
        return answer

    def _learn(self, place: Place, method: str, answer: Answer) -> None:
        """Tell the budget what an answer says of it."""
        if self.budget is None:
            return
        whose = "subscription" if place[1] else "tenant"
        left = answer.headers.get(f"x-ms-ratelimit-remaining-{whose}-{verb_of(method)}", "")
        wait = None
        if answer.status == 429 and not _OF_ITS_OWN & set(codes_of(answer.body)):
            wait = retry_after(answer.headers) or 0.0
        self.budget.heard(place, method, int(left) if left.isdecimal() else None, wait)

    def _refuse(self, answer: Answer, method: str, path: str) -> None:
        if answer.status >= 400:
            raise refusal(answer.status, answer.headers, answer.body, method=method, path=path)
        if answer.status >= 300:
            raise AzureError("MLI-AZ-PROTOCOL", f"{method} {path} was redirected", status=answer.status)


def _parsed(content: bytes, status: int) -> Any:
    if not content.strip():
        return None
    try:
        return msgspec.json.decode(content)
    except ValueError:
        if status >= 300:
            return content[:2000].decode("utf-8", "replace")
        raise AzureError(
            "MLI-AZ-PROTOCOL",
            "the answer is not JSON: something else than Azure answered (a proxy's page?)",
            status=status,
            hint="Check HTTPS_PROXY and NO_PROXY.",
        ) from None


def pooled_transport() -> HttpTransport[Any, Any]:
    """The transport of real clouds: requests, with a pool that holds for all workers, and proxies taken from
    the environment as azure-core does."""
    import requests
    from azure.core.pipeline.transport import RequestsTransport
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.mount("https://", HTTPAdapter(pool_maxsize=POOL, pool_block=True, max_retries=0))
    transport: HttpTransport[Any, Any] = RequestsTransport(
        session=session, connection_timeout=15, read_timeout=120
    )
    return transport
