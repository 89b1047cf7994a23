"""The program itself, its state in a real server that stops in the middle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli.main import cli
from mlinfra.simulator import Request, Response, Simulator
from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import info
from tests.servers.postgres import PASSWORD, PostgresServer, running
from tests.state.postgres.conftest import OpenStore

pytestmark = pytest.mark.full

REPOSITORY = Path(__file__).parents[3]
STACK = """\
stack: churn
backend:
  postgres: {{url: "${{var.db}}", schema: {schema}}}
azure: {{cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}}
variables:
  db: {{type: string, sensitive: true}}
resources:
  resource_group:
    main: {{name: rg-churn}}
  user_assigned_identity:
    a: {{name: id-a}}
    b: {{name: id-b, tags: {{after: "${{user_assigned_identity.a.id}}"}}}}
    c: {{name: id-c, tags: {{after: "${{user_assigned_identity.b.id}}"}}}}
  key_vault:
    main: {{name: kv-churn-0001}}
  storage_account:
    main: {{name: stchurn0001, sku: Standard_LRS}}
"""
RESOURCES = 6


@dataclass
class World:
    """A folder with a stack, and what the simulator was asked to make by its commands; errors in one line."""

    folder: Path
    url: str
    writes: list[str] = field(default_factory=list)
    at_write: Callable[[int], None] = lambda number: None

    def run(self, *arguments: str, url: str = "") -> tuple[int, str, str]:
        environment = {"MLINFRA_VAR_db": url or self.url, "COLUMNS": "300"}
        result = CliRunner(env=environment).invoke(cli, ["-C", str(self.folder), *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        for text in (result.stdout, result.stderr):
            assert PASSWORD not in text
            assert "correct%20horse" not in text
        return result.exit_code, result.stdout, " ".join(result.stderr.split())

    def is_as_written(self) -> None:
        """Everything is recorded once, and a plan finds nothing to do."""
        code, out, err = self.run("plan", "--detailed-exitcode")
        assert (code, err) == (0, ""), out
        _, out, _ = self.run("state", "list")
        assert len(out.split()) == RESOURCES


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """One that may be stopped."""
    with running() as server:
        yield server


@pytest.fixture
def make_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[PostgresServer, str], World]:
    def make(server: PostgresServer, schema: str) -> World:
        world = World(tmp_path, server.url())
        (tmp_path / "mlinfra.yaml").write_text(STACK.format(schema=schema))
        monkeypatch.chdir(tmp_path)
        handle = Simulator.handle

        def counted(simulator: Simulator, request: Request) -> Response:
            if request.method == "PUT":
                world.writes.append(request.path)
                world.at_write(len(world.writes))
            return handle(simulator, request)

        monkeypatch.setattr(Simulator, "handle", counted)
        return world

    return make


@pytest.fixture
def world(server: PostgresServer, schema: str, make_world: Callable[[PostgresServer, str], World]) -> World:
    return make_world(server, schema)


def test_a_stack_is_applied_and_nothing_is_kept_in_the_folder(world: World, open_store: OpenStore) -> None:
    code, out, err = world.run("apply", "--auto-approve")
    assert (code, err) == (0, ""), out
    assert f"Apply complete. {RESOURCES} added" in out
    world.is_as_written()
    assert [path.name for path in (world.folder / "state").iterdir() if "simulator" not in path.name] == []
    found = open_store().read()
    assert found is not None
    assert json.loads(found[0])["stack"] == "churn"
    assert PASSWORD.encode() not in found[0]
    assert world.run("destroy", "--auto-approve")[0] == 0


def test_a_lock_that_somebody_holds_is_exit_code_four(world: World, open_store: OpenStore) -> None:
    store = open_store()
    lease = store.lock(info(HandClock(), "maria"), 60)
    code, _, err = world.run("apply", "--auto-approve")
    assert code == 4
    assert 'the stack "churn" is locked by maria on laptop' in err
    assert world.writes == []
    store.unlock(lease)
    assert world.run("apply", "--auto-approve")[0] == 0


def test_a_plan_needs_the_right_to_read_alone(world: World, server: PostgresServer, schema: str) -> None:
    with server.connect() as admin:
        admin.execute(f"create role reader_{schema} login password 'x'")
    reader = server.url(f"reader_{schema}", "x")
    code, out, _ = world.run("plan", "--detailed-exitcode", url=reader)
    assert (code, f"Plan: {RESOURCES} to add" in out) == (2, True)
    assert world.run("apply", "--auto-approve")[0] == 0
    with server.connect() as admin:
        admin.execute(f"grant usage on schema {schema} to reader_{schema}")
        admin.execute(f"grant select on all tables in schema {schema} to reader_{schema}")
    code, out, err = world.run("plan", "--detailed-exitcode", url=reader)
    assert (code, err) == (0, ""), out
    code, _, err = world.run("apply", "--auto-approve", url=reader)
    assert code == 1
    assert "permission denied for table lease" in err
    assert "grant select, insert, update, delete" in err


def test_a_damaged_state_is_told_with_the_one_before_it(
    world: World, server: PostgresServer, open_store: OpenStore, schema: str
) -> None:
    assert world.run("apply", "--auto-approve")[0] == 0
    with server.connect() as admin:
        admin.execute(f"insert into {schema}.history select stack, 7, written, data from {schema}.state")
        admin.execute(f"update {schema}.state set data = 'nonsense'")
    code, _, err = world.run("plan")
    assert code == 1
    assert f"{open_store().where()} is damaged" in err
    assert "(serial 7, written " in err
    assert f"UTC): {open_store().where()}/history/7. Then plan" in err
    assert "cp " not in err


def test_a_wrong_password_is_told_with_the_place_and_without_the_password(world: World) -> None:
    code, _, err = world.run("plan", url=world.url.replace("correct", "korrekt"))
    assert code == 1
    assert "does not take the password of admin" in err
    assert "korrekt" not in err


def test_a_url_that_is_none_is_told_at_its_place(world: World) -> None:
    code, _, err = world.run("plan", url="postgresql://admin:geheim@db/infra%zz")
    assert code == 1
    assert "MLI-STA-042" in err
    assert "mlinfra.yaml:3:" in err
    assert "geheim" not in err


@pytest.mark.parametrize("number", [1, 2, 4, RESOURCES])
def test_a_server_that_stops_in_the_middle_stops_the_apply(
    own_server: PostgresServer, make_world: Callable[[PostgresServer, str], World], number: int
) -> None:
    world = make_world(own_server, "mlinfra")

    def stop(write: int) -> None:
        if write == number:
            own_server.stop()

    world.at_write = stop
    code, _, err = world.run("apply", "--auto-approve", "--parallelism", "1")
    assert code == 1
    assert "MLI-STA-008" in err
    assert "cannot be reached" in err
    assert len(world.writes) == number, "something was sent after the store was gone"
    (recovery,) = world.folder.glob("churn.recovery-*.json")
    assert json.loads(recovery.read_bytes())["stack"] == "churn"
    assert PASSWORD not in recovery.read_text()
    in_flight = world.writes[-1]
    # What was answered at once is done; what takes its time is only known to have been asked for.
    is_done = not any(slow in in_flight for slow in ("KeyVault", "Storage"))
    assert (in_flight in recovery.read_text()) is is_done

    code, _, err = world.run("apply", "--auto-approve")
    assert code == 1
    assert "cannot be reached" in err
    assert len(world.writes) == number

    own_server.start()
    with own_server.connect() as admin:
        written = admin.execute("select convert_from(data, 'utf8') from mlinfra.journal").fetchall()
    assert any(in_flight in line for (line,) in written), "it was not announced before it was sent"
    end_lease(own_server)
    code, out, err = world.run("apply", "--auto-approve")
    assert code == 0, out + err
    assert len(set(world.writes)) == len(world.writes), "something was made a second time"
    world.is_as_written()


def test_an_apply_with_many_at_once_outlives_nothing_either(
    own_server: PostgresServer, make_world: Callable[[PostgresServer, str], World]
) -> None:
    world = make_world(own_server, "mlinfra")

    def stop(write: int) -> None:
        if write == 2:
            own_server.stop("fast")

    world.at_write = stop
    assert world.run("apply", "--auto-approve")[0] == 1
    own_server.start()
    end_lease(own_server)
    assert world.run("apply", "--auto-approve")[0] == 0
    world.is_as_written()


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_that_restarts_between_two_steps_stops_nothing(
    own_server: PostgresServer, make_world: Callable[[PostgresServer, str], World], how: str
) -> None:
    world = make_world(own_server, "mlinfra")

    def restart(write: int) -> None:
        if write in (2, 4):
            own_server.stop(how)
            own_server.start()

    world.at_write = restart
    code, out, err = world.run("apply", "--auto-approve", "--parallelism", "1")
    assert (code, err) == (0, ""), out
    assert len(world.writes) == RESOURCES
    world.is_as_written()


def test_a_lease_that_is_deleted_by_hand_stops_the_apply(
    world: World, server: PostgresServer, schema: str
) -> None:
    def delete(write: int) -> None:
        if write == 2:
            with server.connect() as admin:
                admin.execute(f"delete from {schema}.lease")

    world.at_write = delete
    code, _, err = world.run("apply", "--auto-approve", "--parallelism", "1")
    assert code == 1
    assert "the lock was let go by someone else" in err or "Somebody else used it" in err
    assert len(world.writes) == 2
    world.at_write = lambda write: None
    assert world.run("apply", "--auto-approve")[0] == 0
    assert len(set(world.writes)) == len(world.writes)
    world.is_as_written()


def test_a_process_that_is_killed_is_followed_by_one_that_goes_on(
    world: World, server: PostgresServer, schema: str
) -> None:
    log = world.folder / "requests.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-m", "mlinfra", "apply", "--auto-approve"],
        cwd=world.folder,
        env={
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "MLINFRA_VAR_db": world.url,
            "MLINFRA_SIMULATOR_LOG": str(log),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not log.exists() or '"PUT"' not in log.read_text():
        assert process.poll() is None
        assert time.monotonic() < until
    process.kill()
    process.wait(60)
    end_lease(server, schema)
    assert world.run("apply", "--auto-approve")[0] == 0
    world.is_as_written()


def end_lease(server: PostgresServer, schema: str = "mlinfra") -> None:
    """As if its time had passed; those who held it are gone."""
    with server.connect() as admin:
        admin.execute(f"update {schema}.lease set expires = clock_timestamp()")
