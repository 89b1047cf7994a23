"""The reference is what the schemas say."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_page_is_as_generated() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    wanted = generate["pages"]()
    written = {page.name: page.read_text() for page in (ROOT / "docs" / "reference" / "types").glob("*.md")}
    assert written == wanted, "run `make docs`"


def test_the_page_of_functions_is_as_generated() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    written = (ROOT / "docs" / "reference" / "functions.md").read_text()
    assert written == generate["functions"](), "run `make docs`"
    assert "### templatefile" in written


def test_the_page_of_files_of_az_ml_is_as_generated() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    written = (ROOT / "docs" / "reference" / "az-ml-files.md").read_text()
    assert written == generate["files"](), "run `make docs`"
    assert "enable_sso" in written
    assert "softDeleteEnabled" in written


def test_the_schema_of_plans_is_as_generated() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    written = (ROOT / "docs" / "reference" / "plan.schema.json").read_text()
    assert written == generate["plan_json"](), "run `make docs`"


def test_the_schema_of_events_is_as_generated() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    written = (ROOT / "docs" / "reference" / "events.schema.json").read_text()
    assert written == generate["events_json"](), "run `make docs`"


def test_the_page_of_rules_is_as_generated_and_has_an_anchor_for_each() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    written = (ROOT / "docs" / "reference" / "policy.md").read_text()
    assert written == generate["policy"](), "run `make docs`"
    assert "\n## AZ-NET-001\n" in written
    assert "(#az-net-001)" in written


def test_the_page_of_the_simulator_is_as_generated() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    written = (ROOT / "docs" / "reference" / "simulator.md").read_text()
    assert written == generate["simulator"](), "run `make docs`"
    assert "| `POST …/{name}/listKeys` | faithful |" in written


def test_the_page_of_error_codes_is_as_generated() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    written = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    assert written == generate["errors"](), "run `make docs`"
    assert "| MLI-CFG-033 | An operator of another language: `&&`, `\\|\\|`," in written


def test_the_readme_of_each_module_is_as_generated() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    wanted = generate["readmes"]()
    assert {path: path.read_text() for path in wanted} == wanted, "run `make docs`"
    assert ROOT / "modules" / "workspace" / "README.md" in wanted
