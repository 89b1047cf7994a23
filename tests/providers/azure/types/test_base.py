from __future__ import annotations

import json
from typing import Any

import pytest

from mlinfra.model.plan import Op
from mlinfra.providers.api import Done, Pending, ProviderError
from mlinfra.providers.azure.types.base import ArmType, common
from mlinfra.providers.azure.types.schema import Property, computed, flag, text
from tests.providers.azure.fake import (
    GROUP,
    HOST,
    SUBSCRIPTION,
    Asked,
    FakeTransport,
    Reply,
    connection,
    error,
)

THINGS = f"{GROUP}/providers/Microsoft.Storage/things"
ID = f"{THINGS}/one"
STATUS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Storage/operations/1"


class Thing(ArmType):
    name = "thing"
    resource_type = "Microsoft.Storage/things"
    read_only = ("properties.born",)
    properties = (
        *common({"pattern": "^[a-z]+$"}, "S"),
        Property("color", "properties.color", text(default="red"), "S"),
        Property("once", "properties.once", flag(x_immutable=True), "S", create_only=True),
        Property("address", "properties.address", computed(), "S"),
    )


class Patched(Thing):
    update_method = "PATCH"


class Etagged(Thing):
    if_match = True


class Unlisted(Thing):
    listed = False


THING = Thing()
DESIRED = {
    "name": "one",
    "subscription": SUBSCRIPTION,
    "resource_group": GROUP,
    "location": "westeurope",
    "color": "blue",
}


def body(**properties: Any) -> dict[str, Any]:
    return {
        "id": ID.lower(),
        "name": "one",
        "type": "Microsoft.Storage/things",
        "location": "West Europe",
        "etag": '"1"',
        "systemData": {"createdBy": "x"},
        "tags": {"team": "a", "theirs": "b"},
        "properties": {"provisioningState": "Succeeded", "born": "today", "address": "here", **properties},
    }


def test_the_id_is_made_of_group_type_and_name() -> None:
    assert THING.identify(DESIRED) == ID
    assert THING.identify({**DESIRED, "resource_group": "rg"}) == ID
    assert THING.identify({**DESIRED, "resource_group": GROUP.replace("Groups", "groups")}) == ID
    assert THING.identify({"name": "one", "resource_group": "rg"}) is None
    assert THING.identify({"resource_group": GROUP}) is None


def test_normal_is_one_spelling_and_stays_so() -> None:
    once = THING.normalize({**DESIRED, "resource_group": "rg", "location": "West Europe"})
    assert (once["resource_group"], once["location"]) == (GROUP, "westeurope")
    assert THING.normalize(once) == once


def test_what_is_read_has_its_id_as_it_was_asked_for() -> None:
    transport = FakeTransport({f"GET {ID}": Reply(200, body(color="blue", secret=None))})
    assert THING.read_many(connection(transport), [ID]) == {
        ID: {
            "id": ID,
            "name": "one",
            "subscription": SUBSCRIPTION,
            "resource_group": GROUP,
            "location": "westeurope",
            "tags": {"team": "a", "theirs": "b"},
            "color": "blue",
            "address": "here",
        }
    }
    assert transport.asked[0].query["api-version"] == "2023-05-01"


def collection(size: int, page: int) -> Any:
    def answer(asked: Asked) -> Reply:
        start = int(asked.query.get("$skiptoken", 0))
        items = [{"id": f"{THINGS.upper()}/T{n}", "properties": {}} for n in range(size)][
            start : start + page
        ]
        link = {"nextLink": f"{HOST}{THINGS}?$skiptoken={start + page}"} if start + page < size else {}
        return Reply(200, {"value": items, **link})

    return answer


def test_fifty_siblings_are_one_list_call() -> None:
    transport = FakeTransport({f"GET {THINGS}": collection(50, 1000)})
    wanted = [f"{THINGS}/t{n}" for n in range(50)]
    found = THING.read_many(connection(transport), [*wanted, f"{THINGS}/absent"])
    assert [id for id, attrs in found.items() if attrs] == wanted
    assert found[f"{THINGS}/absent"] is None
    assert len(transport.asked) == 1


def test_all_pages_of_a_list_are_read() -> None:
    transport = FakeTransport({f"GET {THINGS}": collection(50, 20)})
    found = THING.read_many(connection(transport), [f"{THINGS}/t{n}" for n in range(50)])
    assert all(found.values())
    assert len(transport.asked) == 3


def test_each_collection_has_a_call_of_its_own() -> None:
    other = THINGS.replace("/rg/", "/rg2/")
    transport = FakeTransport({f"GET {THINGS}": collection(2, 9), f"GET {other}/x": Reply(200, body())})
    found = THING.read_many(connection(transport), [f"{THINGS}/t0", f"{other}/x", f"{THINGS}/t1"])
    assert all(found.values())
    assert [asked.path for asked in transport.asked] == [THINGS, f"{other}/x"]


def test_a_type_whose_list_lacks_keys_reads_each() -> None:
    transport = FakeTransport({f"GET {THINGS}/{n}": Reply(200, body()) for n in "ab"})
    found = Unlisted().read_many(connection(transport), [f"{THINGS}/a", f"{THINGS}/b", f"{THINGS}/a"])
    assert len(found) == 2
    assert len(transport.asked) == 2


def test_siblings_in_a_group_that_is_not_there() -> None:
    transport = FakeTransport({f"GET {THINGS}": Reply(404, error("ResourceGroupNotFound"))})
    found = THING.read_many(connection(transport), [f"{THINGS}/a", f"{THINGS}/b"])
    assert found == {f"{THINGS}/a": None, f"{THINGS}/b": None}


def test_nothing_to_read_asks_nothing() -> None:
    transport = FakeTransport({})
    assert THING.read_many(connection(transport), []) == {}
    assert transport.asked == []


def test_a_creation_sends_the_whole_body_without_null_and_reads_it_back() -> None:
    transport = FakeTransport(
        {f"PUT {ID}": Reply(200, {"stale": True}), f"GET {ID}": Reply(200, body(color="blue"))}
    )
    found = THING.begin(
        connection(transport), Op.CREATE, ID, None, {**DESIRED, "once": True, "tags": None, "address": None}
    )
    assert isinstance(found, Done)
    assert found.attrs is not None and found.attrs["address"] == "here"
    assert found.id == ID
    put = transport.of("PUT")[0]
    assert put.body == {"location": "westeurope", "properties": {"color": "blue", "once": True}}
    assert [asked.method for asked in transport.asked] == ["PUT", "GET"]


def test_a_default_is_sent_when_nothing_is_written() -> None:
    assert THING.to_body({"name": "one"}) == {"properties": {"color": "red"}}


def test_a_creation_that_goes_on_is_pending_and_survives_as_json() -> None:
    started = Reply(
        201, body(), {"Azure-AsyncOperation": f"{HOST}{STATUS}?api-version=v", "Retry-After": "2"}
    )
    transport = FakeTransport(
        {
            f"PUT {ID}": started,
            f"GET {STATUS}": [Reply(200, {"status": "Creating"}), Reply(200, {"status": "Succeeded"})],
            f"GET {ID}": Reply(200, body(color="blue")),
        }
    )
    conn = connection(transport)
    first = THING.begin(conn, Op.CREATE, ID, None, dict(DESIRED))
    assert isinstance(first, Pending) and first.after == 2.0
    again = Pending(json.loads(json.dumps(dict(first.token))), first.after)
    second = THING.resume(connection(transport), again)
    assert isinstance(second, Pending)
    third = THING.resume(conn, second)
    assert isinstance(third, Done) and third.attrs is not None and third.attrs["color"] == "blue"
    assert len(transport.of("PUT")) == 1


def test_a_resource_without_an_operation_is_read_until_it_has_settled() -> None:
    transport = FakeTransport(
        {
            f"PUT {ID}": Reply(200, body(provisioningState="RegisteringDns")),
            f"GET {ID}": [Reply(200, body(provisioningState="RegisteringDns")), Reply(200, body())],
        }
    )
    conn = connection(transport)
    first = THING.begin(conn, Op.CREATE, ID, None, dict(DESIRED))
    assert isinstance(first, Pending) and first.token["kind"] == "state"
    second = THING.resume(conn, first)
    assert isinstance(second, Pending)
    assert isinstance(THING.resume(conn, second), Done)


def test_a_new_resource_that_cannot_be_read_yet_is_waited_for() -> None:
    transport = FakeTransport(
        {f"PUT {ID}": Reply(201, body()), f"GET {ID}": [Reply(404), Reply(200, body())]}
    )
    conn = connection(transport)
    first = THING.begin(conn, Op.CREATE, ID, None, dict(DESIRED))
    assert isinstance(first, Pending)
    assert isinstance(THING.resume(conn, first), Done)


def test_a_poll_that_is_gone_falls_back_to_the_resource() -> None:
    transport = FakeTransport(
        {
            f"PUT {ID}": Reply(202, None, {"Location": f"{HOST}{STATUS}"}),
            f"GET {STATUS}": Reply(404),
            f"GET {ID}": Reply(200, body()),
        }
    )
    conn = connection(transport)
    first = THING.begin(conn, Op.CREATE, ID, None, dict(DESIRED))
    assert isinstance(first, Pending)
    second = THING.resume(conn, first)
    assert isinstance(second, Pending)
    assert isinstance(THING.resume(conn, second), Done)


@pytest.mark.parametrize(
    ("put", "got", "code"),
    [
        (body(), Reply(200, body(provisioningState="Failed")), "MLI-AZ-FAILED"),
        (body(provisioningState="Failed"), Reply(200, body(provisioningState="Failed")), "MLI-AZ-FAILED"),
        (body(), Reply(403, {"error": {"code": "AuthorizationFailed"}}), "MLI-AZ-RIGHTS"),
    ],
    ids=["it fails", "it failed at once", "it may not be read"],
)
def test_what_goes_wrong_after_the_write_goes_wrong_with_what_was_accepted(
    put: Any, got: Reply, code: str
) -> None:
    conn = connection(FakeTransport({f"PUT {ID}": Reply(201, put), f"GET {ID}": got}))
    first = THING.begin(conn, Op.CREATE, ID, None, dict(DESIRED))
    assert isinstance(first, Pending)
    with pytest.raises(ProviderError) as wrong:
        THING.resume(conn, first)
    assert wrong.value.code == code


PRIOR = {**DESIRED, "id": ID, "color": "red", "address": "here", "tags": {"team": "a"}}


def updating(type_: ArmType, desired: dict[str, Any], live: dict[str, Any]) -> tuple[Any, FakeTransport]:
    transport = FakeTransport(
        {
            f"GET {ID}": [Reply(200, live), Reply(200, body(color="blue"))],
            f"PUT {ID}": Reply(200, body()),
            f"PATCH {ID}": Reply(200, body()),
        }
    )
    return type_.begin(connection(transport), Op.UPDATE, ID, dict(PRIOR), desired), transport


def test_what_failed_is_put_again_although_nothing_differs() -> None:
    transport = FakeTransport(
        {
            f"GET {ID}": [Reply(200, body(provisioningState="Failed")), Reply(200, body())],
            f"PUT {ID}": Reply(200, body()),
        }
    )
    same = dict(THING.attributes(ID, body()))
    assert isinstance(THING.begin(connection(transport), Op.UPDATE, ID, same, same), Done)


def test_an_update_lays_our_keys_over_what_is_there() -> None:
    live = body(color="red", once=True, theirs={"deep": 1})
    desired = {**PRIOR, "color": "blue", "tags": {"team": "b", "new": "c"}, "once": False}
    found, transport = updating(THING, desired, live)
    assert isinstance(found, Done) and found.attrs is not None and found.attrs["color"] == "blue"
    put = transport.of("PUT")[0]
    assert put.body == {
        "location": "westeurope",
        "tags": {"team": "b", "theirs": "b", "new": "c"},
        "properties": {"color": "blue", "once": True, "theirs": {"deep": 1}},
    }
    assert "If-Match" not in put.headers


def test_a_tag_that_is_no_longer_wanted_goes_and_a_foreign_one_stays() -> None:
    _, transport = updating(THING, {**PRIOR, "tags": {}}, body(color="red"))
    assert transport.of("PUT")[0].body["tags"] == {"theirs": "b"}


def test_a_key_with_none_is_taken_out() -> None:
    _, transport = updating(THING, {**PRIOR, "color": None}, body(color="red"))
    assert "color" not in transport.of("PUT")[0].body["properties"]


def test_an_update_that_changes_nothing_sends_nothing() -> None:
    live = {**body(color="red"), "location": "westeurope", "tags": {"team": "a"}}
    found, transport = updating(THING, dict(PRIOR), live)
    assert isinstance(found, Done)
    assert [asked.method for asked in transport.asked] == ["GET", "GET"]


def test_an_update_guards_with_the_etag_where_the_service_honours_it() -> None:
    _, transport = updating(Etagged(), {**PRIOR, "color": "blue"}, body())
    assert transport.of("PUT")[0].headers["If-Match"] == '"1"'


def test_a_patch_sends_what_differs() -> None:
    live = {**body(color="red"), "location": "westeurope"}
    _, transport = updating(Patched(), {**PRIOR, "color": "blue"}, live)
    assert transport.of("PATCH")[0].body == {"properties": {"color": "blue"}}
    assert not transport.of("PUT")


def test_an_update_of_what_is_gone() -> None:
    with pytest.raises(ProviderError) as wrong:
        THING.begin(connection(FakeTransport({})), Op.UPDATE, ID, PRIOR, dict(DESIRED))
    assert wrong.value.code == "MLI-AZ-GONE"


@pytest.mark.parametrize(
    "reply", [Reply(200), Reply(204), Reply(404, error("ResourceNotFound")), Reply(404), Reply(200, body())]
)
def test_a_deletion_is_done_also_when_nothing_was_there(reply: Reply) -> None:
    transport = FakeTransport({f"DELETE {ID}": reply})
    assert THING.begin(connection(transport), Op.DELETE, ID, PRIOR, None) == Done()
    assert len(transport.asked) == 1


def test_a_deletion_twice_is_done_twice() -> None:
    transport = FakeTransport({f"DELETE {ID}": [Reply(200), Reply(204)]})
    conn = connection(transport)
    assert THING.begin(conn, Op.DELETE, ID, PRIOR, None) == Done()
    assert THING.begin(conn, Op.DELETE, ID, None, None) == Done()


def test_a_deletion_that_takes_time() -> None:
    transport = FakeTransport(
        {
            f"DELETE {ID}": Reply(202, None, {"Location": f"{HOST}{STATUS}"}),
            f"GET {STATUS}": [Reply(202), Reply(200)],
        }
    )
    conn = connection(transport)
    first = THING.begin(conn, Op.DELETE, ID, PRIOR, None)
    assert isinstance(first, Pending)
    second = THING.resume(conn, first)
    assert isinstance(second, Pending)
    assert THING.resume(conn, second) == Done()


def test_a_deletion_that_names_no_operation_is_watched_until_it_is_gone() -> None:
    transport = FakeTransport({f"DELETE {ID}": Reply(202), f"GET {ID}": [Reply(200, body()), Reply(404)]})
    conn = connection(transport)
    first = THING.begin(conn, Op.DELETE, ID, PRIOR, None)
    assert isinstance(first, Pending)
    second = THING.resume(conn, first)
    assert isinstance(second, Pending)
    assert THING.resume(conn, second) == Done()


@pytest.mark.parametrize(
    "refusal", [Reply(409, error("ScopeLocked")), Reply(404, error("SubscriptionNotFound"))]
)
def test_a_deletion_that_is_refused(refusal: Reply) -> None:
    with pytest.raises(ProviderError):
        THING.begin(connection(FakeTransport({f"DELETE {ID}": refusal})), Op.DELETE, ID, PRIOR, None)


def test_every_write_sends_one_mutating_request_at_most() -> None:
    for op in Op.CREATE, Op.UPDATE, Op.DELETE:
        transport = FakeTransport(
            {
                f"GET {ID}": Reply(200, body()),
                f"PUT {ID}": Reply(200, body()),
                f"DELETE {ID}": Reply(200),
            }
        )
        THING.begin(connection(transport), op, ID, PRIOR, None if op is Op.DELETE else {**DESIRED})
        assert len([asked for asked in transport.asked if asked.method != "GET"]) == 1


def test_a_patch_never_sends_what_cannot_change() -> None:
    found, transport = updating(Patched(), {**PRIOR, "location": "northeurope"}, body(color="red"))
    assert isinstance(found, Done)
    assert not transport.of("PATCH")


def test_a_write_that_got_through_is_not_repeated_because_reading_back_failed() -> None:
    transport = FakeTransport({f"PUT {ID}": Reply(200), f"GET {ID}": [Reply(503), Reply(200, body())]})
    conn = connection(transport)
    first = THING.begin(conn, Op.CREATE, ID, None, dict(DESIRED))
    assert isinstance(first, Pending)
    assert isinstance(THING.resume(conn, first), Done)
    assert len(transport.of("PUT")) == 1


def test_a_read_after_an_operation_that_fails_is_to_be_asked_again() -> None:
    transport = FakeTransport({f"GET {STATUS}": Reply(200, {"status": "Succeeded"}), f"GET {ID}": Reply(429)})
    token = {"kind": "async", "url": STATUS, "id": ID, "op": "create", "api_version": "v"}
    with pytest.raises(ProviderError) as wrong:
        THING.resume(connection(transport), Pending(token))
    assert wrong.value.retryable and wrong.value.sent


def test_an_operation_that_ended_busy_is_to_be_begun_anew() -> None:
    failed = {"status": "Failed", **error("AnotherOperationInProgress", "busy")}
    token = {"kind": "async", "url": STATUS, "id": ID, "op": "create", "api_version": "v"}
    with pytest.raises(ProviderError) as wrong:
        THING.resume(connection(FakeTransport({f"GET {STATUS}": Reply(200, failed)})), Pending(token))
    assert wrong.value.retryable and not wrong.value.sent
