"""Reading the errors that Azure answers, whatever the dialect, and making their text fit to be shown.

Four layers answer in ways of their own (R, P): the ARM front door ``{error: {code, message}}``, the machine
learning front end (code ``UserError``, the true one in ``additionalInfo``), the compute service (camel-cased
``innerError``, or no body at all), the inference service (JSON inside the message); older services answer
``{Message}`` or OData. Nothing here decides what a code means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

_LONGEST = 500

_SECRETS = (
    re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]+"),
    re.compile(r"(?i)((?:\bsig|signature|sharedaccesssignature|accountkey|sharedaccesskey|client_secret|password|"
               r"instrumentationkey|[?&]code|token)\s*[=:]\s*)[^\s&;,'\"]+"),
    re.compile(r"()\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){1,2}"),
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


def clean(message: object) -> str:
    """A message from outside, fit to be shown: one line, bounded, no control characters, no secrets."""
    text = _CONTROL.sub(" ", str(message))
    for secret in _SECRETS:
        text = secret.sub(r"\1(hidden)", text)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until to ask again; None where the answer names none (0 counts as none).

    ``Retry-After`` in seconds or as an HTTP date, taken against the answer's own ``Date`` so that nobody's
    clock matters; else ``retry-after-ms`` or ``x-ms-retry-after-ms``.
    """
    value = headers.get("retry-after", "").strip()
    seconds = _number(value)
    if seconds is None and value:
        from email.utils import parsedate_to_datetime  # costs a tenth of what importing the provider does

        try:
            then, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
        except ValueError:
            seconds = None
        else:
            seconds = (_utc(then) - _utc(now)).total_seconds()
    if seconds is None:
        milliseconds = _number(headers.get("retry-after-ms") or headers.get("x-ms-retry-after-ms") or "")
        seconds = None if milliseconds is None else milliseconds / 1000
    return min(seconds, 3600.0) if seconds is not None and seconds > 0 else None


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None


def _envelope(body: Any) -> Mapping[str, Any]:
    """The part of an answer that tells the error, whatever the dialect."""
    if not isinstance(body, Mapping):
        return {}
    for name in ("error", "odata.error", "Error"):
        inner = body.get(name)
        if isinstance(inner, Mapping):
            return inner
    properties = body.get("properties")
    if isinstance(properties, Mapping) and isinstance(properties.get("error"), Mapping):
        found: Mapping[str, Any] = properties["error"]
        return found
    return body


def codes_of(body: Any) -> Iterator[str]:
    """Azure's codes, outermost first, then those of details and inner errors (which know better when the
    outer one is a mere ``UserError`` or ``BadRequest``)."""
    level = [_envelope(body)]
    for _ in range(4):
        deeper: list[Mapping[str, Any]] = []
        for error in level:
            code = error.get("code", error.get("Code"))
            if isinstance(code, str) and code:
                yield code
            for name in ("innererror", "innerError", "details", "additionalInfo", "info", "value"):
                inner = error.get(name)
                if isinstance(inner, Mapping):
                    deeper.append(inner)
                elif isinstance(inner, list):
                    deeper += [item for item in inner if isinstance(item, Mapping)]
        level = deeper


def message_of(body: Any) -> str:
    """The text for people: of the envelope, else of what it holds; validation messages are joined."""
    if isinstance(body, str):
        return body
    error = _envelope(body)
    message = error.get("message", error.get("Message"))
    if isinstance(message, Mapping):  # odata: {"lang": …, "value": …}
        message = message.get("value")
    if isinstance(message, str) and message.lstrip().startswith("{"):
        message = _validation(message) or message
    if isinstance(message, str) and message:
        return message
    if isinstance(error.get("errors"), Mapping):
        return _validation(json.dumps(error))
    details = error.get("details")
    if isinstance(details, list):
        return "; ".join(
            filter(None, (message_of(item) for item in details[:3] if isinstance(item, Mapping)))
        )
    inner = body.get("error") if isinstance(body, Mapping) else None
    return inner if isinstance(inner, str) else ""


def _validation(text: str) -> str:
    """The messages of ``{"errors": {"": ["…"]}, "title": …}``, the inference service's way to say 400."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return ""
    errors = parsed.get("errors") if isinstance(parsed, Mapping) else None
    if not isinstance(errors, Mapping):
        return ""
    return "; ".join(
        f"{where}: {each}" if where else str(each)
        for where, texts in errors.items()
        for each in (texts if isinstance(texts, list) else [texts])
    )
