"""Many stacks, a line each."""

from __future__ import annotations

from datetime import UTC, datetime

from mlinfra.model.diagnostic import error
from mlinfra.model.standing import Standing
from mlinfra.model.state import LockInfo, Stamp
from mlinfra.render.standing import standings, standings_json

THEN = datetime(2026, 4, 5, 6, 7, tzinfo=UTC)
LOCK = LockInfo("1", "maria", "ci\x1b[2J", "apply", THEN, THEN)
ANA = Stamp("ana", "laptop", THEN, "apply")
NET = Standing("stacks/net", "net", 1204, 10500, ANA, LOCK, 2, 3)
SITE = Standing("stacks/site", "site", drifted=0)
BROKEN = Standing("stacks/b", problems=(error("MLI-CFG-005", "no YAML\n"), error("MLI-CFG-006", "a tab")))
AWAY = Standing("stacks/away", "away", problems=(error("MLI-STA-007", "the store is away"),))


def test_a_line_for_each_and_what_needs_a_look_behind_it() -> None:
    assert standings([NET, SITE, BROKEN, AWAY]).plain().splitlines() == [
        "stack  folder       serial  resources  last written",
        "net    stacks/net   1,204   10,500     2026-04-05 06:07 UTC by ana on laptop (apply)  "
        r"locked by maria on ci\x1b[2J (apply) since 2026-04-05 06:07 UTC · 2 steps never ended · "
        "drift: 3 resources",
        "site   stacks/site  -       -          never" + " " * 42 + "no drift",
        r"?      stacks/b     MLI-CFG-005: no YAML\n (and 1 more)",
        "away   stacks/away" + " " * 68 + "MLI-STA-007: the store is away",
    ]


def test_json_has_null_for_what_nobody_knows() -> None:
    net, _, broken = standings_json([NET, SITE, BROKEN])["stacks"]
    written = {"at": "2026-04-05T06:07:00+00:00", "owner": "ana", "host": "laptop", "command": "apply"}
    assert net["written"] == {**written, "commit": None}
    assert net["lock"]["owner"] == "maria"
    assert (net["serial"], net["resources"], net["open_steps"], net["drifted"]) == (1204, 10500, 2, 3)
    assert (broken["stack"], broken["serial"], broken["written"], broken["lock"], broken["drifted"]) == (
        (None,) * 5
    )
    assert [found["code"] for found in broken["diagnostics"]] == ["MLI-CFG-005", "MLI-CFG-006"]
