"""What Azure refuses, for each kind of resource, as tables; `tests.simulator.test_refusals` sends each row.

A row says what is changed about the kind's sample, the status and the code that come of it, and who says so:

- ``R:`` a recording (its name and its sequence) in the test suites of azure-cli and the Azure SDKs;
- ``S:`` the published REST specification of the api-version in use;
- ``D:`` a page of Microsoft's documentation, beneath learn.microsoft.com/azure;
- ``I:`` an issue or pull request on GitHub; ``T:`` a client of Azure and its tests.

``assumed`` in a source says which part nobody has shown. `Never` says why a kind has no such refusal.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.simulator.refusals import bodies, keys, names, operations, parents, places, rights, versions
from tests.simulator.refusals.row import Never, Refused

TABLES: Mapping[str, Mapping[str, Refused | Never]] = {
    "bad name": names.BAD,
    "missing parent": parents.MISSING,
    "immutable key changed": keys.FIXED,
    "taken name": names.TAKEN,
    "wrong location": places.WRONG,
    "unknown api-version": versions.UNKNOWN,
    "malformed body": bodies.MALFORMED,
    "too long operation id": operations.TOO_LONG,
    "RBAC duplicates": rights.TWICE,
    "unknown principal": rights.NOBODY,
}
"""Category to type (in lower case) to row."""
