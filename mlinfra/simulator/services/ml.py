"""Microsoft.MachineLearningServices: what of it is simulated, put together.

Types without a module here (datastores, endpoints, jobs, …) answer 501, as everything the core does not know.
"""

from __future__ import annotations

from mlinfra.simulator.kinds import Service
from mlinfra.simulator.services.ml_computes import COMPUTES
from mlinfra.simulator.services.ml_workspaces import WORKSPACES

SERVICE = Service(namespace="Microsoft.MachineLearningServices", kinds=(WORKSPACES, COMPUTES))
