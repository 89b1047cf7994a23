"""Where the runs of a test file happen: a simulator and a state of their own, in a folder that goes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mlinfra.cli.wiring import Workplace
from mlinfra.config.loader import load_staged
from mlinfra.config.staging import staged
from mlinfra.engine.context import Context
from mlinfra.model.configuration import Block, Config, Head
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import OutputValue
from mlinfra.model.trial import Request, Run, Trial
from mlinfra.model.value import Attrs

if TYPE_CHECKING:
    from mlinfra.model.clock import Clock
    from mlinfra.model.policy import Policy
    from mlinfra.policy.gate import Gate
    from mlinfra.state.api import Store
    from mlinfra.state.session import Session, Snapshot

_NOT_FOR_TESTS = ("MLINFRA_SIMULATOR_", "MLINFRA_POLICY")
"""What starts so in the environment is not read: a test says the same on every machine. Values of variables
are not read from there by `load_staged`."""

_LONGEST = 4 * 3600.0
"""Seconds of the simulator's clock in which whatever a request began has ended."""

_WRITES = frozenset({"PUT", "PATCH", "DELETE"})
_TOLD = ("method", "path", "status")


class Rehearsal(Workplace):
    """A `Workplace` from which no way leads to a real cloud, or to the user's own state.

    Use it with ``with``: its folder goes on the way out.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        kept = tempfile.TemporaryDirectory(prefix="mlinfra-test-")
        self._own = Path(kept.name)
        self.log = self._own / "requests.jsonl"
        given = {k: v for k, v in environment.items() if not k.startswith(_NOT_FOR_TESTS)}
        its = {
            "MLINFRA_SIMULATOR_FILE": os.fspath(self._own / "simulator.db"),
            "MLINFRA_SIMULATOR_LOG": os.fspath(self.log),
        }
        super().__init__(folder, {**given, **its})
        self._open.callback(kept.cleanup)
        self.clock.follow(self.simulator)

    @property
    def home(self) -> Path:
        """The folder that goes."""
        return self._own

    def store(self, head: Head, clock: Clock) -> Store:
        """Files in the folder that goes, whatever ``backend:`` says."""
        from mlinfra.state.local import LocalStore

        return LocalStore(self._own, head.stack, clock=clock)

    def connect(self, name: str, settings: Mapping[str, Any]) -> Any:
        """A connection to the simulator, whatever ``cloud:`` says. Raises MlinfraError: it is not Azure."""
        from mlinfra.providers.azure import AzureProvider

        if not isinstance(self.catalogue.providers[name], AzureProvider):
            raise MlinfraError(
                error(
                    "MLI-TST-020",
                    f"the provider `{name}` cannot be tested: only Azure has a simulator",
                    "Take what it makes out of the stack or module under test, by a variable and `when:`.",
                )
            )
        return super().connect(name, {**settings, "cloud": "simulator"})


class Ground:
    """What `mlinfra.engine.trials` asks for: a rehearsal of one test file."""

    def __init__(self, trial: Trial, place: Rehearsal) -> None:
        self._trial, self._place = trial, place
        self._read = 0
        # One request at a time: their order, and so what is told of them, is the same in every run.
        self.context = Context(place.catalogue, place.connect, place.clock, 1, self._outputs)

    def config(self, run: Run) -> Config:
        """What the run works on. Raises MlinfraError."""
        from mlinfra.fetching.checkouts import GitCheckouts, cache_folder

        return load_staged(staged(self._trial, run), GitCheckouts(cache_folder(self._place.environment)))

    def gate(self, own: Policy) -> Gate:
        """What judges its plans. Raises MlinfraError."""
        return self._place.gate(own)

    def session(self, config: Config, command: str) -> AbstractContextManager[Session]:
        """What is recorded, held."""
        return self._place.manager(config.head).session(command=command)

    def snapshot(self, config: Config) -> Snapshot:
        """What is recorded."""
        return self._place.manager(config.head).load()

    def today(self) -> date:
        """The day in its cloud."""
        return self._place.today()

    def send(self, request: Request) -> None:
        """Send what somebody else sends, and let it end. Raises MlinfraError where it is refused."""
        body = b"" if request.body is None else msgspec.json.encode(request.body)
        answer = self._place.ask_simulator(request.method, request.path, body)
        if answer.status >= 400:
            told = answer.json().get("error", {}) if answer.body else {}
            why = f"HTTP {answer.status} {told.get('code', '')}".rstrip()
            summary = f"the simulator refuses this request: {why}"
            raise MlinfraError(error("MLI-TST-021", summary, str(told.get("message", "")), request.position))
        self._place.simulator.advance(_LONGEST)

    def written(self) -> Sequence[Mapping[str, Any]]:
        """The requests since the last call that change something: method, path and status of each."""
        lines = self._place.log.read_bytes().splitlines()
        new, self._read = lines[self._read :], len(lines)
        found = (msgspec.json.decode(line) for line in new)
        return [{key: each[key] for key in _TOLD} for each in found if each["method"] in _WRITES]

    def _outputs(self, block: Block, attrs: Attrs) -> Mapping[str, OutputValue] | None:
        """What the test file says that another stack tells. Raises MlinfraError where it says nothing."""
        name = block.address.name
        if name not in self._trial.outputs:
            raise MlinfraError(
                error(
                    "MLI-TST-022",
                    f"{block.label} reads another stack, which a test does not",
                    f"Say in the test file what it tells:  outputs: {{{name}: {{…}}}}.",
                    block.position,
                )
            )
        return {key: OutputValue(value) for key, value in self._trial.outputs[name].items()}
