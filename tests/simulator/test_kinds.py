"""What the core does for any service, tried with one that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from mlinfra.simulator import Simulator
from mlinfra.simulator import simulator as module
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import (
    Accept,
    Action,
    Immutable,
    Kind,
    Names,
    Polling,
    ResultUrl,
    Route,
    Service,
    StatusUrl,
)
from mlinfra.simulator.services.resources import SERVICE as RESOURCES
from mlinfra.simulator.shapes import Object, Text
from mlinfra.simulator.store import Operation, Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call, World, catalogue
from tests.simulator.door import GROUP, SUB, VERSIONS, Door, refusal

V = ("2030-01-01",)
ANY = Names(pattern=re.compile("[a-z]+"))
DOG = f"{GROUP}/providers/Toy.Farm/dogs/rex"

POLLING = Polling(
    name="toy.dog",
    operation=lambda call, id, guid: f"dog:{guid}",
    status=StatusUrl(
        path="/subscriptions/{subscription}/providers/Toy.Farm/locations/{location}/statuses/{operation}",
        status={"create": "Birth"},
        running_code=202,
    ),
    result=ResultUrl(
        path="/subscriptions/{subscription}/resourceGroups/{group}/providers/Toy.Farm/results/{operation}",
    ),
)


def finished(world: World, operation: Operation, resource: Resource | None) -> None:
    if resource is not None and resource.properties.get("ill"):
        raise ArmError(400, "IllDog", "the dog is ill")
    if operation.verb == "walk" and resource is not None:
        resource.properties["walked"] = operation.data["far"]


def race(call: Call, old: Any, new: Any) -> ArmError:
    return ArmError(409, "Race", f"{call.path.name}: {old}, {new}")


def walk(call: Call, resource: Resource) -> Answer:
    accept = Accept(status=202, headers=("async", "location"), seconds=5, running="Walking", retry_after=2)
    return call.accepted(resource, "walk", accept, data={"far": 7})


def with_litter(call: Call) -> None:
    """A puppy brings its litter along."""
    if call.store.get(call.path.parent) is None:
        dog = call.store.get(call.path.parent.rpartition("/litters/")[0])
        if dog is None:
            raise ArmError(404, "NoDog", "no dog")
        name = call.path.names[-2]
        made = Resource(f"{dog.id}/litters/{name}", "Toy.Farm/dogs/litters", name, "", {"properties": {}})
        call.store.put(made)


DOGS = Kind(
    type="Toy.Farm/dogs",
    api_versions=V,
    names=ANY,
    shape=Object({"properties": Object({"race": Text(), "ill": Text()}, open=True)}),
    immutable=(Immutable(path=("properties", "race"), error=race),),
    etag="honoured",
    polling=POLLING,
    create=Accept(status=201, headers=("async", "location"), seconds=10, running="Creating", retry_after=3),
    put=Accept(status=202, headers=("async",), seconds=10, running="Updating", body=False),
    patch=None,
    delete=Accept(status=202, headers=("async", "location"), seconds=10, running="Deleting", body=False),
    delete_absent=404,
    actions={"walk": Action(handler=walk)},
    finished=finished,
)
LITTERS = Kind(
    type="Toy.Farm/dogs/litters", api_versions=V, names=ANY, location="none", tags=0, state="",
    list_scopes=("parent",), create=Accept(status=200), delete=None,
)  # fmt: skip
PUPPIES = Kind(
    type="Toy.Farm/dogs/litters/puppies", api_versions=V, names=ANY, location="none", tags=0, state="",
    list_scopes=("parent",), parent=with_litter, page_size=2,
    select=lambda call, found: [one for one in found if one.name != "hidden"],
)  # fmt: skip
NOTES = Kind(
    type="Toy.Farm/notes", api_versions=V, names=ANY, scope="any", location="none", tags=0, state="",
    delete=Accept(status=200),
)  # fmt: skip
FARM = Service(
    namespace="Toy.Farm",
    kinds=(DOGS, LITTERS, PUPPIES, NOTES),
    routes=(
        Route(
            method="GET", type="Toy.Farm/weather", api_versions=V, group=True,
            handler=lambda call: Answer(200, {"in": call.path.group}),
        ),
    ),
)  # fmt: skip


@pytest.fixture
def farm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr(module, "SERVICES", (RESOURCES, FARM))
    monkeypatch.setitem(VERSIONS, "toy.farm", V[0])
    simulator = Simulator()
    door = Door(simulator)
    door.group()
    yield door
    simulator.close()


BODY = {"location": "westeurope"}


def dog(**properties: Any) -> dict[str, Any]:
    return {**BODY, "properties": properties}


def test_an_operation_is_seen_by_its_status_and_by_its_result(farm: Door) -> None:
    answer = farm.put(DOG, BODY)
    assert answer.status == 201
    assert answer.headers["retry-after"] == "3"
    status, result = answer.headers["azure-asyncoperation"], answer.headers["location"]
    assert "/locations/westeurope/statuses/dog:" in status
    running = farm.get(status)
    assert (running.status, running.headers["retry-after"]) == (202, "3")
    body = running.json()
    assert body["status"] == "Birth"
    assert body["id"].endswith(body["name"])
    assert "endTime" not in body
    assert farm.get(result).status == 202
    farm.simulator.advance(10)
    done = farm.get(status)
    assert done.status == 200
    assert done.json()["status"] == "Succeeded"
    assert done.json()["endTime"] > done.json()["startTime"]
    assert "retry-after" not in done.headers
    assert farm.get(result).json()["name"] == "rex"


def test_a_finished_operation_is_remembered_for_a_day(farm: Door) -> None:
    status = farm.put(DOG, BODY).headers["azure-asyncoperation"]
    farm.simulator.advance(80_000)
    assert farm.get(status).status == 200
    farm.simulator.advance(10_000)
    farm.put(DOG + "x", BODY)
    farm.simulator.advance(20)
    assert refusal(farm.get(status)) == (404, "OperationNotFound")


def test_an_operation_that_fails(farm: Door) -> None:
    answer = farm.put(DOG, dog(ill="yes"))
    farm.simulator.advance(10)
    status = farm.get(answer.headers["azure-asyncoperation"])
    assert status.status == 200
    assert status.json()["status"] == "Failed"
    assert status.json()["error"] == {"code": "IllDog", "message": "the dog is ill"}
    assert refusal(farm.get(answer.headers["location"])) == (400, "IllDog")
    assert farm.get(DOG).json()["properties"]["provisioningState"] == "Failed"


def test_a_deletion_that_fails_leaves_the_resource(farm: Door) -> None:
    farm.make(DOG, dog(ill="yes"))
    answer = farm.delete(DOG)
    assert answer.status == 202
    farm.simulator.advance(10)
    assert farm.get(answer.headers["azure-asyncoperation"]).json()["status"] == "Failed"
    assert farm.get(DOG).status == 200


def test_a_deletion_takes_its_time(farm: Door) -> None:
    farm.make(DOG, BODY)
    answer = farm.delete(DOG)
    assert farm.get(DOG).json()["properties"]["provisioningState"] == "Deleting"
    farm.simulator.advance(10)
    assert refusal(farm.get(DOG)) == (404, "ResourceNotFound")
    assert farm.get(answer.headers["location"]).status == 200
    assert refusal(farm.delete(DOG)) == (404, "ResourceNotFound")


def test_nothing_is_written_on_its_way_out(farm: Door) -> None:
    farm.make(DOG, BODY)
    first = farm.delete(DOG)
    assert refusal(farm.put(DOG, BODY)) == (409, "Conflict")
    again = farm.delete(DOG)
    assert again.headers["location"] == first.headers["location"]


def test_one_write_at_a_time(farm: Door) -> None:
    first = farm.put(DOG, BODY).headers["azure-asyncoperation"]
    farm.simulator.advance(5)
    assert refusal(farm.put(DOG, dog(name="second"))) == (409, "AnotherOperationInProgress")
    farm.simulator.advance(6)
    assert farm.get(first).json()["status"] == "Succeeded"
    assert farm.put(DOG, dog(name="second")).status == 202


def test_actions_may_be_long(farm: Door) -> None:
    farm.make(DOG, BODY)
    answer = farm.post(f"{DOG}/WALK")
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (202, b"", "2")
    assert farm.get(DOG).json()["properties"]["provisioningState"] == "Walking"
    assert farm.get(answer.headers["azure-asyncoperation"]).json()["status"] == "InProgress"
    farm.simulator.advance(5)
    assert farm.get(DOG).json()["properties"]["walked"] == 7
    assert refusal(farm.post(f"{DOG}/fly")) == (501, "NotSimulated")
    assert refusal(farm.post(f"{DOG}x/walk")) == (404, "ResourceNotFound")


def test_etags_are_obeyed_where_the_kind_says_so(farm: Door) -> None:
    star = {"If-None-Match": "*"}
    assert refusal(farm.put(DOG, BODY, headers={"If-Match": "*"})) == (412, "PreconditionFailed")
    farm.make(DOG, BODY, headers=star)
    assert refusal(farm.put(DOG, BODY, headers=star)) == (412, "PreconditionFailed")
    found = farm.get(DOG)
    etag = found.json()["etag"]
    assert found.headers["etag"] == etag
    assert farm.put(DOG, BODY, headers={"If-Match": etag}).status == 202
    farm.simulator.advance(60)
    assert refusal(farm.put(DOG, BODY, headers={"If-Match": etag})) == (412, "PreconditionFailed")
    assert refusal(farm.delete(DOG, headers={"If-Match": etag})) == (412, "PreconditionFailed")
    assert farm.put(DOG, BODY, headers={"If-Match": "*"}).status == 202


def test_immutable_keys(farm: Door) -> None:
    farm.make(DOG, dog(race="Terrier"))
    answer = farm.put(DOG, dog(race="Poodle"))
    assert refusal(answer) == (409, "Race")
    assert answer.json()["error"]["message"] == "rex: Terrier, Poodle"
    assert farm.put(DOG, dog(race="TERRIER")).status == 202
    farm.simulator.advance(10)
    assert farm.put(DOG, dog()).status == 202
    assert farm.get(DOG).json()["properties"]["race"] == "TERRIER"


def test_children_need_their_parents(farm: Door) -> None:
    litter, puppy = f"{DOG}/litters/one", f"{DOG}/litters/one/puppies/pip"
    assert refusal(farm.put(litter, {})) == (404, "ParentResourceNotFound")
    assert refusal(farm.get(litter)) == (404, "ResourceNotFound")
    assert "Toy.Farm/dogs/rex'" in farm.get(puppy).json()["error"]["message"]
    assert refusal(farm.put(puppy, {})) == (404, "NoDog")
    farm.make(DOG, BODY)
    assert "Toy.Farm/dogs/rex/litters/one'" in farm.get(puppy).json()["error"]["message"]
    assert refusal(farm.get(f"{DOG}/litters/one/puppies")) == (404, "ResourceNotFound")
    assert farm.put(puppy, {}).status == 201
    assert farm.get(litter).status == 200
    assert farm.put(litter, {"anything": "goes"}).status == 200
    farm.delete(DOG)
    farm.simulator.advance(10)
    assert [one["id"] for one in farm.simulator.resources()] == [GROUP]


def test_a_selected_list_has_pages_too(farm: Door) -> None:
    farm.make(DOG, BODY)
    puppies = f"{DOG}/litters/one/puppies"
    for name in ("a", "b", "c", "hidden", "z"):
        farm.put(f"{puppies}/{name}", {})
    names, link = [], puppies
    while link:
        page = farm.get(link).json()
        names.append([one["name"] for one in page["value"]])
        link = page.get("nextLink", "")
    assert names == [["a", "b"], ["c", "z"]]


def test_extensions_lie_on_anything_and_go_with_it(farm: Door) -> None:
    on_dog, on_group, on_all = (
        f"{scope}/providers/Toy.Farm/notes/note" for scope in (DOG, GROUP, f"/subscriptions/{SUB}")
    )
    assert refusal(farm.put(on_dog, {})) == (404, "ResourceNotFound")
    farm.make(DOG, BODY)
    for path in (on_dog, on_group, on_all):
        assert farm.put(path, {}).status == 201
        assert farm.get(path).json()["id"] == path
    assert len(farm.get(f"{GROUP}/providers/Toy.Farm/notes").json()["value"]) == 2
    gone = farm.delete(on_group)
    assert (gone.status, gone.json()["id"]) == (200, on_group)
    farm.delete(GROUP)
    farm.simulator.advance(100)
    assert [one["id"] for one in farm.simulator.resources()] == [on_all]


def test_routes_are_what_is_no_resource(farm: Door) -> None:
    assert farm.get(f"{GROUP}/providers/Toy.Farm/weather").json() == {"in": "rg"}
    missing = farm.get(f"{GROUP}x/providers/Toy.Farm/weather")
    assert refusal(missing) == (404, "ResourceGroupNotFound")
    assert farm.get(f"{GROUP}/providers/Toy.Farm/weather", version="2001-01-01").status == 400


def test_a_patch_is_not_for_everybody(farm: Door) -> None:
    farm.make(DOG, BODY)
    assert refusal(farm.patch(DOG, {})) == (405, "MethodNotAllowed")


def test_two_services_cannot_claim_one_thing() -> None:
    with pytest.raises(ValueError, match="two services declare"):
        catalogue((FARM, FARM))
    with pytest.raises(ValueError, match="two services route"):
        catalogue((FARM, Service(namespace="x", routes=FARM.routes)))
    other = Polling(name="toy.dog", status=StatusUrl(path="/providers/Toy.Farm/s/{operation}"))
    cats = Kind(type="Toy.Farm/cats", api_versions=V, names=ANY, polling=other)
    with pytest.raises(ValueError, match="two pollings"):
        catalogue((FARM, Service(namespace="x", kinds=(cats,))))
