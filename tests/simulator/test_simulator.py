from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlinfra.simulator import Request, Simulator, StoreError
from tests.simulator.door import (
    GROUP,
    IDENTITY,
    LOGS,
    REGISTRY,
    STORAGE,
    SUB,
    VAULT,
    Door,
    account,
    refusal,
    registry,
    vault,
)


def fill(door: Door) -> None:
    door.group()
    door.make(STORAGE, account())
    door.make(VAULT, vault())
    door.make(IDENTITY, {"location": "westeurope"})
    door.make(REGISTRY, registry())


def test_a_file_keeps_the_world_between_two_simulators(tmp_path: Path) -> None:
    first = Simulator(tmp_path / "state" / "world.db")
    fill(Door(first))
    first.advance(3600)
    kept, then = first.resources(), first.now()
    first.close()
    second = Simulator(tmp_path / "state" / "world.db")
    assert second.resources() == kept
    assert second.now() == then
    assert len(kept) == 5


def test_elapsed_time_is_at_hand_while_a_request_is_answered() -> None:
    simulator = Simulator()
    before = simulator.elapsed()
    assert before == simulator.now().timestamp()
    with simulator._lock, ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(simulator.elapsed).result(timeout=60) == before
    simulator.advance(30)
    assert simulator.elapsed() == before + 30


def test_two_simulators_on_one_file_see_each_other(tmp_path: Path) -> None:
    one, two = Door(Simulator(tmp_path / "w")), Door(Simulator(tmp_path / "w"))
    one.group()
    assert two.get(GROUP).status == 200
    two.simulator.advance(1000)
    assert one.simulator.now() >= two.simulator.now()
    assert two.delete(GROUP).status == 202
    two.simulator.advance(60)
    assert one.get(GROUP).status == 404


def test_equal_seeds_give_equal_ids_and_other_seeds_others() -> None:
    worlds = []
    for seed in (7, 7, 8):
        simulator = Simulator(seed=seed)
        fill(Door(simulator))
        worlds.append(simulator.resources())
    assert worlds[0] == worlds[1]
    assert worlds[0] != worlds[2]


def test_ids_do_not_depend_on_the_order_of_requests() -> None:
    found = []
    for order in ((IDENTITY, IDENTITY + "2"), (IDENTITY + "2", IDENTITY)):
        door = Door(Simulator(seed=3))
        door.group()
        for path in order:
            door.put(path, {"location": "westeurope"})
        found.append(door.get(IDENTITY).json()["properties"]["principalId"])
    assert found[0] == found[1]


def test_a_file_keeps_its_seed(tmp_path: Path) -> None:
    first = Door(Simulator(tmp_path / "w", seed=1))
    tenant = first.get(f"/subscriptions/{SUB}", version="2022-12-01").json()["tenantId"]
    first.simulator.close()
    second = Door(Simulator(tmp_path / "w", seed=2))
    assert second.get(f"/subscriptions/{SUB}", version="2022-12-01").json()["tenantId"] == tenant


def test_the_clock_starts_at_a_fixed_date_and_moves_with_requests_and_waits() -> None:
    simulator = Simulator()
    assert simulator.now() == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    Door(simulator).get(GROUP)
    assert simulator.now() == datetime(2026, 1, 5, 8, 0, 0, 50000, tzinfo=UTC)
    simulator.advance(10)
    simulator.advance(-100)
    assert simulator.now() == datetime(2026, 1, 5, 8, 0, 10, 50000, tzinfo=UTC)


def test_reset_empties_the_world_and_begins_anew(door: Door) -> None:
    fill(door)
    door.delete(VAULT)
    door.simulator.advance(5)
    before = door.get(IDENTITY).json()
    door.simulator.reset()
    assert door.simulator.resources() == []
    assert door.simulator.now() == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    door.group()
    assert door.put(VAULT, vault()).status == 200
    assert door.put(IDENTITY, {"location": "westeurope"}).json() == before


def test_a_copy_is_a_world_of_its_own(door: Door) -> None:
    fill(door)
    before = door.simulator.resources()
    copy = door.simulator.copy()
    assert copy.now() == door.simulator.now()
    assert copy.resources() == before
    copy.reset()
    assert door.simulator.resources() == before


def test_resources_are_sorted_and_whole(door: Door) -> None:
    fill(door)
    found = door.simulator.resources()
    assert [one["id"] for one in found] == sorted(one["id"] for one in found)
    assert all(door.get(one["id"]).json() == one for one in found)


def test_the_log_has_a_line_per_request(tmp_path: Path) -> None:
    door = Door(Simulator(log=tmp_path / "logs" / "log.jsonl"))
    door.group()
    door.get(GROUP + "x")
    lines = [json.loads(one) for one in (tmp_path / "logs" / "log.jsonl").read_text("utf-8").splitlines()]
    assert lines == [
        {"method": "PUT", "path": GROUP, "status": 201},
        {"method": "GET", "path": GROUP + "x", "status": 404},
    ]


def test_every_answer_has_arms_headers(door: Door) -> None:
    answer = door.get(GROUP, headers={"X-Ms-Correlation-Request-Id": "mine"})
    assert answer.headers["x-ms-correlation-request-id"] == "mine"
    assert answer.headers["date"] == "Mon, 05 Jan 2026 08:00:00 GMT"
    assert answer.headers["content-length"] == str(len(answer.body))
    again = door.get(GROUP)
    assert again.headers["x-ms-request-id"] != answer.headers["x-ms-request-id"]


def test_an_empty_bucket_throttles_and_fills_with_time(door: Door) -> None:
    statuses = []
    for _ in range(500):
        answer = door.put(GROUP, {"location": "westeurope"})
        statuses.append(answer.status)
        if answer.status == 429:
            break
    # 200 tokens and 10 a second, 0.05 s a request: dry after 400
    assert len(statuses) == pytest.approx(400, abs=5)
    assert refusal(answer) == (429, "SubscriptionRequestsThrottled")
    assert answer.headers["retry-after"] == "1"
    assert door.get(GROUP).status == 200
    door.simulator.advance(int(answer.headers["retry-after"]))
    assert door.put(GROUP, {"location": "westeurope"}).status == 200


def test_remaining_tokens_are_counted_down(door: Door) -> None:
    left = [
        int(door.delete(VAULT).headers["x-ms-ratelimit-remaining-subscription-deletes"]) for _ in range(3)
    ]
    assert left == [199, 198, 198]
    assert "x-ms-ratelimit-remaining-subscription-reads" in door.get(GROUP).headers


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("not a database, but long enough to be looked at " * 50, encoding="utf-8")
    with pytest.raises(StoreError, match="no file of the simulator"):
        Simulator(tmp_path / "w")


def test_many_threads_lose_nothing(tmp_path: Path) -> None:
    door = Door(Simulator(tmp_path / "w"))
    door.group()
    failures: list[object] = []

    def work(number: int) -> None:
        for index in range(5):
            answer = door.put(f"{IDENTITY}-{number}-{index}", {"location": "westeurope"})
            if answer.status != 201:
                failures.append(answer)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(door.simulator.resources()) == 81


def test_two_processes_write_one_file(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from mlinfra.simulator import Request, Simulator
simulator = Simulator(Path({str(tmp_path / "w")!r}))
for number in range(40):
    path = "/subscriptions/{SUB}/resourceGroups/rg-" + sys.argv[1] + "-" + str(number)
    body = b'{{"location": "westeurope"}}'
    assert simulator.handle(Request("PUT", path, {{"api-version": "2024-03-01"}}, {{}}, body)).status == 201
simulator.close()
"""
    running = [subprocess.Popen([sys.executable, "-c", script, name]) for name in ("a", "b", "c")]
    assert [one.wait() for one in running] == [0, 0, 0]
    assert len(Simulator(tmp_path / "w").resources()) == 120


def test_a_failed_write_leaves_nothing_behind(door: Door) -> None:
    body = registry("Basic", publicNetworkAccess="Disabled")
    body["identity"] = {"type": "SystemAssigned"}
    assert door.put(REGISTRY, body).status == 400
    assert door.get(REGISTRY).status == 404
    assert len(door.simulator.resources()) == 1


def test_the_island_imports_nothing_else_of_mlinfra() -> None:
    script = (
        "import sys, mlinfra.simulator, mlinfra.simulator.transport\n"
        "print({m.split('.')[1] for m in sys.modules if m.startswith('mlinfra.')} - {'simulator'})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_simulator_itself_needs_no_azure() -> None:
    script = "import sys, mlinfra.simulator; print([m for m in sys.modules if m.startswith('azure')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_methods_are_read_without_case_and_head_has_no_body(door: Door) -> None:
    request = Request("get", GROUP, {"API-Version": "2024-03-01"})
    assert door.simulator.handle(request).status == 200
    assert door.send("HEAD", GROUP).status == 204
    absent = door.send("HEAD", GROUP + "x")
    assert (absent.status, absent.body) == (404, b"")


def test_an_operation_seen_from_a_closed_and_opened_world(tmp_path: Path) -> None:
    first = Door(Simulator(tmp_path / "w"))
    first.group()
    link = first.put(STORAGE, account()).headers["location"]
    first.simulator.close()
    second = Door(Simulator(tmp_path / "w"))
    assert second.get(link).status == 202
    second.simulator.advance(60)
    assert second.get(link).json()["id"].lower() == STORAGE.lower()
    assert second.get(LOGS).status == 404
