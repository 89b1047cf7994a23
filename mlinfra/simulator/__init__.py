"""An Azure of its own in one process: an island that imports no other part of mlinfra.

`Simulator.handle` is the door; `transport.SimulatorTransport` puts it behind azure-core's pipeline.
"""

from mlinfra.simulator.faults import FaultError
from mlinfra.simulator.simulator import ConnectionLost, Simulator
from mlinfra.simulator.store import StoreError
from mlinfra.simulator.wire import Request, Response

__all__ = ["ConnectionLost", "FaultError", "Request", "Response", "Simulator", "StoreError"]
