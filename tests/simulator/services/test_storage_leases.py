from __future__ import annotations

from typing import Any

import pytest

from mlinfra.simulator import Request, Response
from tests.simulator.door import STORAGE, Door, account, refusal

CONTAINER = f"{STORAGE}/blobServices/default/containers/data"
SHARE = f"{STORAGE}/fileServices/default/shares/files"
ID = "8698f513-fa75-44a1-b8eb-30ba336af27d"


@pytest.fixture(autouse=True)
def places(door: Door) -> None:
    door.make(STORAGE, account())
    for path in (CONTAINER, SHARE):
        assert door.put(path, {"properties": {}}).status == 201


def lease(door: Door, action: str, path: str = CONTAINER, **more: Any) -> Response:
    return door.post(f"{path}/lease", {"action": action, **more})


def state(door: Door, path: str = CONTAINER) -> tuple[str, str, str | None]:
    found = door.get(path).json()["properties"]
    return found["leaseStatus"], found["leaseState"], found.get("leaseDuration")


def blob(door: Door, method: str) -> Response:
    headers = {"host": "stone.blob.core.windows.net", "authorization": "Bearer t"}
    return door.simulator.handle(Request(method, "/data", {"restype": "container"}, headers))


def test_an_infinite_lease_is_acquired_shown_and_broken_at_once(door: Door) -> None:
    assert state(door) == ("Unlocked", "Available", None)
    got = lease(door, "Acquire", leaseDuration=-1, proposedLeaseId=ID)
    assert (got.status, got.json()) == (200, {"leaseId": ID})
    assert state(door) == ("Locked", "Leased", "Infinite")
    assert lease(door, "Break", leaseId=ID).json() == {"leaseTimeSeconds": "0"}
    assert state(door) == ("Unlocked", "Broken", None)


def test_a_share_says_the_same_in_lower_case(door: Door) -> None:
    lease(door, "Acquire", SHARE, leaseDuration=-1)
    assert state(door, SHARE) == ("locked", "leased", "infinite")


def test_a_fixed_lease_expires_unless_it_is_renewed(door: Door) -> None:
    id = lease(door, "Acquire", leaseDuration=15).json()["leaseId"]
    door.simulator.advance(10)
    assert lease(door, "Renew", leaseId=id).json() == {"leaseId": id}
    door.simulator.advance(10)
    assert state(door) == ("Locked", "Leased", "Fixed")
    door.simulator.advance(10)
    assert state(door) == ("Unlocked", "Expired", None)
    assert lease(door, "Acquire", leaseDuration=15).status == 200


def test_a_lease_that_is_broken_slowly_holds_for_its_period(door: Door) -> None:
    lease(door, "Acquire", leaseDuration=-1)
    assert lease(door, "Break", breakPeriod=30).json() == {"leaseTimeSeconds": "30"}
    assert state(door)[:2] == ("Locked", "Breaking")
    assert refusal(lease(door, "Acquire", leaseDuration=15)) == (409, "LeaseAlreadyPresent")
    door.simulator.advance(31)
    assert state(door)[:2] == ("Unlocked", "Broken")


def test_a_lease_gets_another_id_and_is_given_back(door: Door) -> None:
    id = lease(door, "Acquire", leaseDuration=-1).json()["leaseId"]
    assert lease(door, "Change", leaseId=id, proposedLeaseId=ID).json() == {"leaseId": ID}
    assert refusal(lease(door, "Release", leaseId=id)) == (409, "LeaseIdMismatchWithLeaseOperation")
    assert lease(door, "Release", leaseId=ID).status == 200
    assert state(door) == ("Unlocked", "Available", None)


@pytest.mark.parametrize(
    ("action", "more", "code"),
    [
        ("Acquire", {"leaseDuration": 5}, "InvalidValuesForRequestParameters"),
        ("Acquire", {}, "InvalidValuesForRequestParameters"),
        ("Renew", {"leaseId": ID}, "LeaseNotPresentWithLeaseOperation"),
        ("Break", {}, "LeaseNotPresentWithLeaseOperation"),
        ("Polish", {}, "InvalidValuesForRequestParameters"),
    ],
)
def test_what_cannot_be_done_with_no_lease(door: Door, action: str, more: dict[str, Any], code: str) -> None:
    assert refusal(lease(door, action, **more))[1] == code


def test_a_broken_lease_is_not_renewed(door: Door) -> None:
    lease(door, "Acquire", leaseDuration=-1, proposedLeaseId=ID)
    lease(door, "Break")
    assert refusal(lease(door, "Renew", leaseId=ID)) == (409, "LeaseIsBrokenAndCannotBeRenewed")


def test_what_is_leased_is_not_deleted_through_either_door(door: Door) -> None:
    lease(door, "Acquire", leaseDuration=-1)
    lease(door, "Acquire", SHARE, leaseDuration=-1)
    assert refusal(door.delete(CONTAINER)) == (412, "LeaseIdMissing")
    assert refusal(door.delete(SHARE)) == (412, "LeaseIdMissing")
    assert blob(door, "DELETE").status == 412
    shown = blob(door, "HEAD").headers
    assert (shown["x-ms-lease-state"], shown["x-ms-lease-duration"]) == ("leased", "infinite")
    lease(door, "Break")
    assert door.delete(CONTAINER).status == 200


def hold(door: Door, verb: str, *tags: str) -> Response:
    return door.post(f"{CONTAINER}/{verb}", {"tags": list(tags)})


def test_legal_holds_come_and_go_by_their_tags(door: Door) -> None:
    assert hold(door, "setLegalHold", "tag1", "TAG2").json() == {
        "hasLegalHold": True,
        "tags": ["tag1", "tag2"],
    }
    shown = door.get(CONTAINER).json()["properties"]
    assert shown["hasLegalHold"] is True
    assert [one["tag"] for one in shown["legalHold"]["tags"]] == ["tag1", "tag2"]
    assert hold(door, "clearLegalHold", "tag1").json() == {"hasLegalHold": True, "tags": ["tag2"]}
    assert hold(door, "clearLegalHold", "tag2").json() == {"hasLegalHold": False, "tags": []}


def test_a_hold_protects_the_container_through_either_door(door: Door) -> None:
    hold(door, "setLegalHold", "case7")
    assert refusal(door.delete(CONTAINER)) == (409, "ContainerProtectedFromDeletion")
    assert blob(door, "DELETE").status == 409
    assert blob(door, "HEAD").headers["x-ms-has-legal-hold"] == "true"
    hold(door, "clearLegalHold", "case7")
    assert door.delete(CONTAINER).status == 200


@pytest.mark.parametrize("tags", [[], ["ab"], ["no spaces"], [f"tag{n:02}" for n in range(11)]])
def test_tags_are_few_short_and_plain(door: Door, tags: list[str]) -> None:
    assert hold(door, "setLegalHold", *tags).status == 400
