from __future__ import annotations

from mlinfra.simulator import Request
from mlinfra.simulator.coverage import data_plane, refused, supported
from tests.simulator.door import STORAGE, SUB, Door, account


def test_what_is_listed_is_answered(door: Door) -> None:
    """Whatever the answer is, it never says that the operation is not simulated."""
    listed = supported()
    assert len({(one.method, one.path) for one in listed}) == len(listed)
    for one in listed:
        if not one.path.startswith("{scope}/providers/Microsoft.Resources/"):
            path = one.path.replace("{scope}", f"/subscriptions/{SUB}/resourceGroups/rg").replace(
                "{name}", "abc"
            )
            answer = door.send(one.method, path, version=one.api_versions[0])
            assert answer.status != 501, (one.method, one.path)


def test_the_main_operations_are_listed() -> None:
    shown = {(one.method, one.path) for one in supported()}
    account = "{scope}/providers/Microsoft.Storage/storageAccounts/{name}"
    assert {("PUT", account), ("PATCH", account), ("POST", f"{account}/listKeys")} <= shown
    assert ("DELETE", f"{account}/blobServices/{{name}}") not in shown


def test_what_is_listed_as_refused_is_refused_aloud(door: Door) -> None:
    for type_ in refused():
        namespace, *types = type_.split("/")
        above = "/".join(f"{one}/abc" for one in types[:-1])
        path = f"/subscriptions/{SUB}/resourceGroups/rg/providers/{namespace}/{above}/{types[-1]}"
        if namespace != "microsoft.resources":
            for method in ("GET", "POST"):
                assert door.send(method, path, version="2023-05-01").status == 501, (method, path)


def test_what_is_simplified_is_said_once() -> None:
    shown = {(one.method, one.path): one.short for one in supported()}
    place = "{scope}/providers/Microsoft.MachineLearningServices/locations/{name}"
    assert "not enforced" in shown["POST", f"{place}/updateQuotas"]
    assert shown["POST", "{scope}/providers/Microsoft.Storage/storageAccounts/{name}/listKeys"] == ""


def test_what_is_listed_of_the_blob_service_is_answered(door: Door) -> None:
    door.make(STORAGE, account())
    for one in data_plane():
        method, _, where = one.partition(" ")
        path, _, query = where.replace("{container}", "data").replace("{blob}", "a").partition("?")
        asked = dict(part.split("=") for part in query.split("&") if part)
        headers = {"host": "stone.blob.core.windows.net", "authorization": "Bearer t"}
        answer = door.simulator.handle(Request(method, path, asked, headers))
        assert answer.status != 501, one
    assert "PUT /{container}/{blob}?comp=blocklist" in data_plane()
    assert "GET /{container}?restype=container&comp=list" in data_plane()
