"""Part "specification": supported operations are routed, their examples taken, and all answers valid."""

from __future__ import annotations

from conformance.corpus import Corpus
from conformance.score import Score
from conformance.specification.check import Checker
from conformance.specification.documents import Documents
from conformance.specification.extras import Recorded
from conformance.specification.operations import read_operations
from conformance.specification.run import Run
from conformance.specification.supported import Types, item_types, reason_aside, unlisted
from mlinfra.providers.azure.versions import API_VERSIONS
from mlinfra.simulator.coverage import refused
from mlinfra.simulator.services import SERVICES
from mlinfra.simulator.world import catalogue


def simulated() -> Types:
    """The types that the simulator says it has."""
    kinds, _, _, polled = catalogue(SERVICES)
    return Types(
        frozenset(kinds),
        frozenset(route.type.lower() for service in SERVICES for route in service.routes),
        frozenset(polled),
        refused(),
    )


def scores(corpus: Corpus) -> list[Score]:
    """Routes, examples and answers, for every operation at the api-versions that we speak."""
    documents = Documents(corpus.specifications)
    operations = read_operations(documents, API_VERSIONS)
    types, items = simulated(), item_types(operations)
    recorded = Recorded(corpus.traffic())
    run = Run(operations, types, Checker(documents), recorded)
    for operation in operations:
        run.operation(operation, reason_aside(operation, types, items), unlisted(operation, types))
    extras = f"{len(recorded.used)} keys that only recordings have were answered"
    return [run.routes.score(), run.examples.score(), run.answers.score(extras)]
