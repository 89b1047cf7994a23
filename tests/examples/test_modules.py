"""What modules of the library make, beyond what their own tests hold."""

from __future__ import annotations

from pathlib import Path

from tests.examples.commands import addresses, run


def test_an_example_of_a_workspace(repository: Path) -> None:
    folder = repository / "modules" / "workspace" / "example"
    run(folder, "apply", "--auto-approve")
    assert "No changes." in run(folder, "plan").stdout
    assert "module.large.container_registry.main" in addresses(folder)
    assert "module.small.container_registry.main" not in addresses(folder)
