"""AZ-ENV-002: environments whose packages are not pinned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Plan
from mlinfra.model.policy import Level
from mlinfra.model.value import leaves, transform
from mlinfra.policy.api import About, Settings, cannot_tell, found, made
from mlinfra.policy.values import UNSURE, hidden, seen
from mlinfra.providers.azure.types.environment_image import unpinned

_DEPENDENCIES = ("conda_file", "dependencies")


class UnpinnedPackages:
    """Reads conda files as the plan's own warning does."""

    code = "AZ-ENV-002"
    name = "packages that are not pinned"
    about = About(
        why="The next build may get other versions: results change, and nobody changed anything.",
        mend="Write `numpy=1.26.4` (conda) or `numpy==1.26.4` (pip). The plan warns of it as MLI-ENV-003; "
        "here it can be made an error.",
        level=Level.INFO,
        sources=("azure docs, concept-environments: an unpinned package stays as it was when it was built",),
    )

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        """One finding for each package."""
        for change in (c for c in made(plan) if c.type == "environment"):
            dependencies = seen(change.after, _DEPENDENCIES)
            for path, leaf in leaves(dependencies):
                if leaf is UNSURE or hidden(leaf):
                    yield cannot_tell(
                        change, (*_DEPENDENCIES, *path), f"which packages {change.address} has is open"
                    )
            for package, path in unpinned({"dependencies": transform(dependencies, _seen)}):
                where = (*_DEPENDENCIES, *path)
                yield found(change, where, f"{change.address} has {package}, which is not pinned")


def _seen(leaf: Any) -> Any:
    """What cannot be seen is told as such, and is no package beside."""
    return "==" if hidden(leaf) else leaf


rule = UnpinnedPackages()
