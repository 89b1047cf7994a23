"""Microsoft.MachineLearningServices: what of it is simulated, put together.

Types without a module here (endpoints, jobs, models, …) answer 501, as everything the core does not know.
"""

from __future__ import annotations

from mlinfra.simulator.kinds import Service
from mlinfra.simulator.services import ml_data, ml_environments, ml_quotas
from mlinfra.simulator.services.ml_computes import COMPUTES
from mlinfra.simulator.services.ml_datastores import DATASTORES
from mlinfra.simulator.services.ml_datastores import LIST as DATASTORE_LIST
from mlinfra.simulator.services.ml_workspaces import WORKSPACES

_ASSETS = (ml_environments.ASSET, ml_data.ASSET)

SERVICE = Service(
    namespace="Microsoft.MachineLearningServices",
    kinds=(
        WORKSPACES,
        COMPUTES,
        DATASTORES,
        *(kind for asset in _ASSETS for kind in (asset.container, asset.version)),
    ),
    routes=(DATASTORE_LIST, *ml_quotas.ROUTES, *(route for asset in _ASSETS for route in asset.routes())),
)
