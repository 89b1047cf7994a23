"""What the fuzz looks for is found when it is there: the harness is held against worlds that are broken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from conformance.fuzz import session
from conformance.fuzz.invariants import wrong_answer, wrong_end, wrong_rest, wrong_world
from conformance.fuzz.requests import KINDS, Ask, Follow, Step, Wait
from conformance.fuzz.samples import GROUP, SAMPLES, STANDING, STORAGE, VAULT, WORKSPACE, Sample, sample
from conformance.fuzz.session import play
from mlinfra.simulator import Request, Response, Simulator
from mlinfra.simulator.store import Deleted, Operation, Resource
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import World


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    made = Simulator()
    for id in STANDING:
        assert put(made, sample(id)).status < 300
    yield made
    made.close()


def put(simulator: Simulator, one: Sample) -> Response:
    media = {"content-type": "application/json"}
    request = Request("PUT", one.id, {"api-version": one.version}, media, json.dumps(one.body).encode())
    answer = simulator.handle(request)
    simulator.advance(300)
    return answer


def test_every_kind_has_a_sample() -> None:
    assert {one.type for one in SAMPLES} == set(KINDS)


@pytest.mark.parametrize("one", SAMPLES, ids=lambda one: one.type.rpartition(".")[2])
def test_every_sample_is_right(simulator: Simulator, one: Sample) -> None:
    for other in SAMPLES:
        if other.id != one.id and one.id.startswith(f"{other.id}/"):
            put(simulator, other)
    answer = put(simulator, one)
    assert answer.status < 300, answer.body
    assert list(wrong_world(simulator)) == []
    assert [*wrong_rest(simulator), *wrong_end(simulator)] == []


# ---- answers ---------------------------------------------------------------------------------------------


def answered(status: int = 200, body: bytes = b"", **headers: str) -> Response:
    media = {"content-type": "application/json"} if body else {}
    found = {"content-length": str(len(body)), **media}
    return Response(status, {**found, **{k.replace("_", "-"): v for k, v in headers.items()}}, body)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (answered(500, b'{"error": {"code": "x", "message": "y"}}'), "status 500"),
        (answered(200, b"{}", content_length="3"), "content-length 3 of 2 bytes"),
        (answered(204, b"{}"), "a body in an answer 204 to GET"),
        (answered(429, b'{"error": {"code": "x", "message": "y"}}'), "429 without retry-after"),
        (answered(200, b"{"), "a body that is no JSON"),
        (answered(200, b"{}", content_type="text/plain"), "a body that does not say it is JSON"),
        (answered(404, b'{"error": {"message": "y"}}'), "a refusal without code and message"),
        (answered(200, location="a\nb"), "a header that is no single line"),
    ],
)
def test_a_wrong_answer_is_told(answer: Response, told: str) -> None:
    (found,) = wrong_answer(Request("GET", GROUP), answer)
    assert found.startswith(told)


def test_right_answers_are_right() -> None:
    refusal = answered(404, b'{"error": {"code": "NotFound", "message": ""}}')
    assert list(wrong_answer(Request("GET", GROUP), refusal)) == []
    assert list(wrong_answer(Request("HEAD", GROUP), answered(204, content_length="9"))) == []
    early = answered(500, b'{"Message": "An error has occurred."}')
    assert list(wrong_answer(Request("PUT", VAULT), early)) == []


# ---- worlds ----------------------------------------------------------------------------------------------


def orphan(simulator: Simulator) -> None:
    id = f"{STORAGE}/blobServices/default/containers/data"
    put(simulator, sample(id))
    simulator._store.remove(STORAGE)


def groupless(simulator: Simulator) -> None:
    simulator._store.remove(GROUP)


def extending(simulator: Simulator) -> None:
    put(simulator, next(one for one in SAMPLES if one.type.endswith("roleassignments")))
    simulator._store.remove(STORAGE)


def twins(simulator: Simulator) -> None:
    simulator._store.put(_copy(simulator, VAULT, VAULT.replace("/rg/", "/rg2/")))


def assigned_twice(simulator: Simulator) -> None:
    one = next(one for one in SAMPLES if one.type.endswith("roleassignments"))
    put(simulator, one)
    simulator._store.put(_copy(simulator, one.id, f"{one.id[:-1]}4"))


def alive_and_buried(simulator: Simulator) -> None:
    vault = simulator._store.get(VAULT)
    assert vault is not None
    simulator._store.bury(Deleted(vault, 0.0, 1e12))


def idle_at_work(simulator: Simulator) -> None:
    storage = _copy(simulator, STORAGE, STORAGE)
    storage.state = "Creating"
    simulator._store.put(storage)


def waiting_for_nothing(simulator: Simulator) -> None:
    storage = _copy(simulator, STORAGE, STORAGE)
    storage.operation = "gone"
    simulator._store.put(storage)


def of_no_kind(simulator: Simulator) -> None:
    storage = _copy(simulator, STORAGE, STORAGE)
    storage.type = "Microsoft.Nowhere/things"
    simulator._store.put(storage)


def under_the_wrong_id(simulator: Simulator) -> None:
    simulator._store.put(_copy(simulator, STORAGE, f"{GROUP}/providers/Microsoft.KeyVault/vaults/stone"))


def _copy(simulator: Simulator, id: str, new: str) -> Resource:
    found = simulator._store.get(id)
    assert found is not None
    found.id, found.name = new, new.rpartition("/")[2]
    return found


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (orphan, "lies in nothing"),
        (groupless, "is in no group"),
        (extending, "extends nothing"),
        (twins, "are called kv-one"),
        (assigned_twice, "one role is assigned 2 times"),
        (alive_and_buried, "is alive and buried"),
        (idle_at_work, "is Creating, and nobody is at work"),
        (waiting_for_nothing, "waits for gone, which is over"),
        (of_no_kind, "is of no kind"),
        (under_the_wrong_id, "is no id of a Microsoft.Storage/storageAccounts"),
    ],
)
def test_a_broken_world_is_told(simulator: Simulator, spoil: Callable[[Simulator], None], told: str) -> None:
    assert list(wrong_world(simulator)) == []
    spoil(simulator)
    assert any(told in one for one in wrong_world(simulator))


def test_an_operation_that_never_ends_is_told(simulator: Simulator) -> None:
    storage = _copy(simulator, STORAGE, STORAGE)
    storage.operation, storage.state = "ever", "Updating"
    simulator._store.put(storage)
    simulator._store.put_operation(
        Operation("ever", "storage.account", "update", storage.type, STORAGE, 0.0, 1e300)
    )
    found = list(wrong_rest(simulator))
    assert f"{STORAGE} never rests: Updating" in found
    assert f"an operation never ends: update {STORAGE}" in found


def test_what_cannot_be_read_is_told(simulator: Simulator) -> None:
    simulator._store.put(
        _copy(simulator, WORKSPACE, f"{GROUP}/providers/Microsoft.MachineLearningServices/x/y")
    )
    assert any("kept and not answered" in one for one in wrong_rest(simulator))


def test_what_is_left_over_is_told(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "remove", lambda self, resource: self.store.remove(resource.id))
    assert f"{STORAGE} is left over" in wrong_end(simulator)


def test_what_cannot_be_deleted_is_told(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlinfra.simulator.verbs.delete", lambda call: Answer(409, {}))
    assert any(one.startswith(f"{GROUP} cannot be deleted: 409") for one in wrong_end(simulator))


# ---- sessions --------------------------------------------------------------------------------------------


def test_a_session_counts_its_requests_and_follows_links() -> None:
    body = json.dumps(sample(STORAGE).body).encode()
    second = STORAGE.replace("stone", "sttwo")
    media = {"content-type": "application/json"}
    steps: list[Step] = [
        Follow(0),
        Ask(Request("PUT", second, {"api-version": "2023-05-01"}, media, body)),
        Wait(100.0),
        Follow(0),
        Follow(3),
    ]
    played = play(steps)
    assert (played.requests, played.wrong) == (2, [])


def test_whatever_is_raised_ends_a_session_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Simulator.handle

    def failing(self: Simulator, request: Request) -> Response:
        if request.method == "HEAD":
            raise KeyError("properties")
        return real(self, request)

    monkeypatch.setattr(Simulator, "handle", failing)
    played = play([Ask(Request("HEAD", GROUP)), Ask(Request("GET", GROUP))])
    assert played.requests == 1
    assert played.wrong == [f"HEAD {GROUP} {{}} {{}} : KeyError: 'properties'"]


def test_what_is_wrong_names_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "wrong_answer", lambda request, answer: iter(["odd"]))
    played = play([Ask(Request("GET", GROUP, {"api-version": "x"}))])
    assert played.wrong == [f"GET {GROUP} {{'api-version': 'x'}} {{}} : odd"]
