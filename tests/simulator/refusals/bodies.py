"""Bodies that cannot be read."""

from __future__ import annotations

from tests.simulator.refusals.row import BY_TYPE, Never, Refused

MALFORMED: dict[str, Refused | Never] = {
    type_: Refused(
        400,
        "InvalidRequestContent",
        "D:azure-resource-manager/troubleshooting/common-deployment-errors (InvalidRequestContent)",
        raw=b'{"properties": ',
    )
    for type_ in BY_TYPE
}
