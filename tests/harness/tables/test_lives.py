"""The lives and scenes are played against the simulator, whose answers to one simple type are known."""

from conformance.tables.lives import live
from conformance.tables.rows import About, Refusal, Row
from conformance.tables.scripts import SCENES, play
from mlinfra.simulator.services import SERVICES
from mlinfra.simulator.world import catalogue

KINDS = catalogue(SERVICES)[0]
GROUPS = "microsoft.resources/resourcegroups"


def test_a_life_has_every_answer_that_a_group_can_get() -> None:
    door = live(KINDS[GROUPS], "2024-03-01")
    found = {
        (r.about.method, r.about.status, r.headers, r.state) for r in door.rows if r.about.type == GROUPS
    }
    assert {
        ("GET", 404, "-", "body"),
        ("HEAD", 404, "-", "no body"),
        ("PUT", 201, "-", "Succeeded"),
        ("PUT", 200, "-", "Succeeded"),
        ("PATCH", 200, "-", "Succeeded"),
        ("HEAD", 204, "-", "no body"),
        ("DELETE", 202, "location", "no body"),
        ("GET", 200, "-", "Deleting"),
        ("DELETE", 404, "-", "body"),
    } <= found
    results = "microsoft.resources/subscriptions/operationresults"
    assert {
        Row(About(results, True, "GET", 202), "location", "no body"),
        Row(About(results, True, "GET", 200), "-", "no body"),
    } <= door.rows
    assert Refusal(About(GROUPS, True, "GET", 404), "ResourceGroupNotFound") in door.refusals


def test_every_kind_is_made_in_its_life() -> None:
    for kind in KINDS.values():
        rows = live(kind, kind.api_versions[0]).rows
        made = {r.about.status for r in rows if r.about.type == kind.key and r.about.method == "PUT"}
        assert made & {200, 201, 202}, kind.type


def test_every_request_of_a_scene_is_routed() -> None:
    for number, scene in enumerate(SCENES):
        door = play(scene)
        assert not [str(one) for one in door.rows if one.about.status in (405, 501)], number
        assert len(door.rows) >= len({(ask.method, ask.path) for ask in scene.asks}) - 2
