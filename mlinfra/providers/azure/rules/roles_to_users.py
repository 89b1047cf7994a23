"""AZ-ROLE-003: roles that single users have."""

from __future__ import annotations

from collections.abc import Iterable

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Plan
from mlinfra.policy.api import About, Settings, cannot_tell, found, made
from mlinfra.policy.values import UNSURE, seen

_KEY = ("principal_type",)


class RolesToUsers:
    """An object id does not say whose it is: without ``principal_type`` nobody can tell."""

    code = "AZ-ROLE-003"
    name = "roles to single users"
    about = About(
        why="People change teams and leave; a role of a person stays, and has to be looked for.",
        mend="Give the role to a group and put people there. Write `principal_type: Group` (or "
        "ServicePrincipal for an identity) beside it, so that it can be told.",
        sources=("Microsoft's advice for Azure RBAC: roles to groups, not to users",),
    )

    def check(self, plan: Plan, settings: Settings) -> Iterable[Diagnostic]:
        """One finding for each assignment to a user."""
        for change in made(plan):
            if change.type != "role_assignment":
                continue
            kind = seen(change.after, _KEY)
            if kind is UNSURE or kind is None:
                yield cannot_tell(change, _KEY, f"whose role {change.address} is depends on `principal_type`")
            elif str(kind).casefold() == "user":
                yield found(change, _KEY, f"{change.address} gives a role to a single user")


rule = RolesToUsers()
