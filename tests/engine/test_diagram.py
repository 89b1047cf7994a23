"""What is drawn of a stack: boxes, what they lie in, arrows."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from mlinfra.config.loader import load
from mlinfra.engine.clock import SystemClock
from mlinfra.engine.context import Context
from mlinfra.engine.diagram import diagram
from mlinfra.engine.validate import inspect
from mlinfra.model.diagram import Diagram
from mlinfra.providers.registry import GROUP, load_catalogue

STACK = """\
stack: drawing
azure: {cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}
resources:
  role_assignment:
    reader:
      for_each: {ana: 0a1b2c3d-0000-4000-8000-00000000a001, bo: 0a1b2c3d-0000-4000-8000-00000000b002}
      role: Reader
      principal: ${each.value}
      scope: ${workspace.main.id}
  workspace:
    main:
      parent: resource_group.main
      name: mlw-drawing
      storage_account: ${local.storage}
      key_vault: ${key_vault.main.id}
      application_insights: ${application_insights.main.id}
  storage_account: {main: {name: stdrawing, parent: resource_group.main}}
  key_vault: {main: {name: kv-drawing, parent: resource_group.main, depends_on: [storage_account.main]}}
  log_analytics_workspace: {main: {name: log-drawing, parent: resource_group.main}}
  application_insights:
    main:
      name: appi-drawing
      parent: resource_group.main
      log_analytics_workspace: ${log_analytics_workspace.main.id}
  resource_group: {main: {name: rg-drawing}, other: {count: 2, name: "rg-other-${each.key}"}}
  user_assigned_identity:
    here: {parent: resource_group.main}
    there: {count: 2, name: "id-${each.key}", resource_group: "${resource_group.other[each.key].id}"}
locals:
  storage: ${storage_account.main.id}
"""


def drawn(tmp_path: Path, text: str = STACK, *, each: bool = False) -> Diagram:
    (tmp_path / "mlinfra.yaml").write_text(text, encoding="utf-8")

    def nobody(*_: Any) -> Any:
        raise AssertionError("nobody is asked")

    entries = (entry for entry in entry_points(group=GROUP) if entry.name == "azure")
    context = Context(load_catalogue(entries), nobody, SystemClock())
    return diagram(inspect(load(tmp_path), context, {}), each=each)


def test_blocks_stand_for_their_instances_and_lie_where_they_live(tmp_path: Path) -> None:
    drawing = drawn(tmp_path)
    boxes = [(str(box.address), str(box.inside), box.count) for box in drawing.boxes]
    assert boxes == [
        ("resource_group.main", "None", None),
        ("workspace.main", "resource_group.main", None),
        ("role_assignment.reader", "workspace.main", 2),
        ("storage_account.main", "resource_group.main", None),
        ("key_vault.main", "resource_group.main", None),
        ("log_analytics_workspace.main", "resource_group.main", None),
        ("application_insights.main", "resource_group.main", None),
        ("user_assigned_identity.here", "resource_group.main", None),
        ("resource_group.other", "None", 2),
        ("user_assigned_identity.there", "resource_group.other", 2),
    ]


def test_arrows_lead_to_what_is_needed_and_is_not_around(tmp_path: Path) -> None:
    arrows = [(str(arrow.source), str(arrow.target)) for arrow in drawn(tmp_path).arrows]
    assert arrows == [
        ("workspace.main", "storage_account.main"),
        ("workspace.main", "key_vault.main"),
        ("workspace.main", "application_insights.main"),
        ("key_vault.main", "storage_account.main"),
        ("application_insights.main", "log_analytics_workspace.main"),
    ]


def test_each_instance_by_itself(tmp_path: Path) -> None:
    drawing = drawn(tmp_path, each=True)
    boxes = {str(box.address): str(box.inside) for box in drawing.boxes}
    assert boxes['role_assignment.reader["bo"]'] == "workspace.main"
    assert boxes["user_assigned_identity.there[1]"] == "resource_group.other[1]"
    assert all(box.count is None for box in drawing.boxes)


def test_the_same_stack_gives_the_same_drawing(tmp_path: Path) -> None:
    assert drawn(tmp_path) == drawn(tmp_path)


def test_an_empty_stack_is_an_empty_drawing(tmp_path: Path) -> None:
    assert drawn(tmp_path, "stack: empty\n") == Diagram("empty")
