from __future__ import annotations

import json
from typing import Any

import pytest

from mlinfra.providers.azure.envelope import clean, codes_of, message_of, retry_after

MFE = {
    "error": {
        "code": "UserError",
        "message": "Could not find datastore: raw.",
        "details": [],
        "additionalInfo": [
            {"type": "ComponentName", "info": {"value": "managementfrontend"}},
            {"type": "InnerError", "info": {"value": {"code": "NotFoundError", "innerError": None}}},
        ],
    }
}
COMPUTE = {
    "error": {
        "code": "UserError",
        "severity": None,
        "message": "Provided EnableNodePublicIp 'False' requires workspace private endpoint.",
        "innerError": {"code": "BadArgument", "innerError": None},
        "debugInfo": None,
    },
    "correlation": {"operation": "1"},
}
INFERENCE = {
    "error": {
        "code": "BadArgument",
        "message": json.dumps(
            {"errors": {"": ["name is taken"], "sku": ["too small"]}, "title": "One or more…"}
        ),
    }
}


@pytest.mark.parametrize(
    ("body", "codes", "message"),
    [
        ({"error": {"code": "A", "message": "m"}}, ["A"], "m"),
        (MFE, ["UserError", "NotFoundError"], "Could not find datastore: raw."),
        (
            COMPUTE,
            ["UserError", "BadArgument"],
            "Provided EnableNodePublicIp 'False' requires workspace private endpoint.",
        ),
        (INFERENCE, ["BadArgument"], "name is taken; sku: too small"),
        ({"Message": "An error has occurred."}, [], "An error has occurred."),
        ({"code": "B", "message": "flat"}, ["B"], "flat"),
        ({"odata.error": {"code": "C", "message": {"lang": "en", "value": "old"}}}, ["C"], "old"),
        ({"error": "plain"}, [], "plain"),
        ({"error": {"code": "D", "details": [{"code": "E", "message": "inner"}]}}, ["D", "E"], "inner"),
        ({"status": "Failed", "error": {"code": "F", "message": "bad"}}, ["F"], "bad"),
        ({"properties": {"provisioningState": "Failed", "error": {"code": "G", "message": "x"}}}, ["G"], "x"),
        ({"errors": {"name": "wrong"}, "title": "One or more"}, [], "name: wrong"),
        ("<html>Bad gateway</html>", [], "<html>Bad gateway</html>"),
        (None, [], ""),
        ([], [], ""),
    ],
)
def test_every_dialect(body: Any, codes: list[str], message: str) -> None:
    assert list(codes_of(body)) == codes
    assert message_of(body) == message


def test_a_message_is_made_fit_to_be_shown() -> None:
    told = clean("one\r\n\x1b[31mtwo\x00\u202ethree")
    assert told == "one [31mtwo three"
    assert len(clean("x" * 10_000)) == 500


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer abc.def-ghi_jkl",
        "https://st.blob.core.windows.net/c?sv=2021&sig=abc%2Bdef%3D",
        "DefaultEndpointsProtocol=https;AccountKey=abcdef==;EndpointSuffix=x",
        "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.abc-def was refused",
        "InstrumentationKey=abc-def;IngestionEndpoint=x",
        "client_secret: abc~def",
    ],
)
def test_a_secret_in_a_message_is_hidden(secret: str) -> None:
    told = clean(secret)
    assert "(hidden)" in told
    assert "abc" not in told and "eyJ" not in told


def test_words_of_a_message_stay() -> None:
    assert (
        clean("Principal x does not exist. Status code: 400.")
        == "Principal x does not exist. Status code: 400."
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "17"}, 17.0),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "50"}, 0.05),
        ({"x-ms-retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "999999"}, 3600.0),
        (
            {"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"},
            30.0,
        ),
        ({"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT"}, None),
        ({}, None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
