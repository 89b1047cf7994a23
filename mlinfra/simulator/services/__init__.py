"""The services there are, each a value `SERVICE` in a module of its own."""

from __future__ import annotations

from mlinfra.simulator.kinds import Service
from mlinfra.simulator.services import (
    authorization,
    identity,
    insights,
    keyvault,
    locks,
    loganalytics,
    ml,
    registry,
    resources,
    storage,
)

SERVICES: tuple[Service, ...] = (
    resources.SERVICE,
    storage.SERVICE,
    keyvault.SERVICE,
    loganalytics.SERVICE,
    insights.SERVICE,
    registry.SERVICE,
    identity.SERVICE,
    authorization.SERVICE,
    locks.SERVICE,
    ml.SERVICE,
)
