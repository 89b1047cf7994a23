from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlinfra.simulator import ConnectionLost, FaultError, Simulator
from mlinfra.simulator.faults import Faults
from tests.simulator.door import GROUP, Door


def world(tmp_path: Path, rules: str) -> Door:
    (tmp_path / "faults.yaml").write_text(rules, encoding="utf-8")
    return Door(Simulator(faults=tmp_path / "faults.yaml"))


def test_the_nth_match_is_answered_by_the_rule_and_the_service_does_nothing(tmp_path: Path) -> None:
    door = world(
        tmp_path,
        """
- match: {method: put, path: "/RESOURCEGROUPS/", nth: 2}
  do: {status: 429, headers: {Retry-After: "7"}, body: {error: {code: TooManyRequests, message: slow down}}}
""",
    )
    body = {"location": "westeurope"}
    assert door.put(GROUP, body).status == 201
    assert door.get(GROUP).status == 200
    second = door.put(GROUP + "2", body)
    assert (second.status, second.headers["retry-after"]) == (429, "7")
    assert second.json()["error"]["code"] == "TooManyRequests"
    assert door.get(GROUP + "2").status == 404
    assert door.put(GROUP + "2", body).status == 201


@pytest.mark.parametrize(("when", "made"), [("before", 404), ("after", 200)])
def test_a_dropped_connection(tmp_path: Path, when: str, made: int) -> None:
    door = world(tmp_path, f"[{{match: {{method: PUT, nth: 1}}, do: {{drop: {when}}}}}]")
    with pytest.raises(ConnectionLost) as caught:
        door.put(GROUP, {"location": "westeurope"})
    assert isinstance(caught.value, ConnectionResetError)
    assert caught.value.acted is (when == "after")
    assert door.get(GROUP).status == made


@pytest.mark.parametrize(("when", "made"), [("before", 404), ("after", 200)])
def test_an_exit_ends_the_process_and_keeps_what_was_done(tmp_path: Path, when: str, made: int) -> None:
    (tmp_path / "faults.yaml").write_text(f"[{{match: {{nth: 1}}, do: {{exit: {when}}}}}]", encoding="utf-8")
    script = f"""
from pathlib import Path
from mlinfra.simulator import Request, Simulator
here = Path({str(tmp_path)!r})
simulator = Simulator(here / "world.db", faults=here / "faults.yaml", log=here / "log")
body = b'{{"location": "westeurope"}}'
simulator.handle(Request("PUT", {GROUP!r}, {{"api-version": "2024-03-01"}}, {{}}, body))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 137, done.stderr
    again = Door(Simulator(tmp_path / "world.db"))
    assert again.get(GROUP).status == made
    (line,) = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["status"] == (201 if when == "after" else None)


def test_delays_pass_on_the_simulators_clock_and_add_up(tmp_path: Path) -> None:
    rules = "[{match: {path: resourceGroups}, do: {delay: 30}}, {do: {delay: 12}}]"
    door = world(tmp_path, rules)
    before = door.simulator.now()
    door.get(GROUP)
    assert (door.simulator.now() - before).total_seconds() == pytest.approx(42.05)


def test_of_two_deeds_the_first_rules_is_done(tmp_path: Path) -> None:
    door = world(tmp_path, "[{do: {status: 503}}, {do: {status: 500}}]")
    assert door.get(GROUP).status == 503


def test_an_empty_file_has_no_rules(tmp_path: Path) -> None:
    assert world(tmp_path, "").get(GROUP).status == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{a: b}", "list of rules"),
        ("[{do: {status: 500}}, {do: {}}]", "fault rule 2 needs do"),
        ("[{match: {paht: x}, do: {status: 500}}]", "fault rule 1: match: unknown key 'paht'"),
        ("[{match: {path: '('}, do: {status: 500}}]", "no regular expression"),
        ("[{match: {nth: 0}, do: {status: 500}}]", "whole number from 1"),
        ("[{match: {nth: true}, do: {status: 500}}]", "whole number from 1"),
        ("[{match: {method: 3}, do: {status: 500}}]", "match.method"),
        ("[{match: [], do: {status: 500}}, {match: x, do: {status: 1}}]", "fault rule 2: match must be"),
        ("[{do: {status: 99}}]", "HTTP status"),
        ("[{do: {status: 500, exit: before}}]", "only one of"),
        ("[{do: {exit: now}}]", "before or after"),
        ("[{do: {delay: -1}}]", "number of seconds"),
        ("[{do: {delay: .inf}}]", "number of seconds"),
        ("[{do: {headers: {a: b}}}]", "need do.status"),
        ("[{do: {status: 500, headers: 3}}]", "do.headers"),
        ("[x]", "fault rule 1 must be a mapping"),
        ("[", "no YAML"),
    ],
)
def test_a_bad_file_is_refused_with_its_rule(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FaultError, match=said.replace("(", r"\(")):
        Faults.read(path)
    assert issubclass(FaultError, ValueError)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaultError, match="cannot be read"):
        Simulator(faults=tmp_path / "none.yaml")
