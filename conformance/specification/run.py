"""Sends what the specifications say to simulators, and judges what comes back.

Each request has a world of its own, in which its parents, its resource and what its body points to exist
already. It is sent and followed to its end; then the resource and its collection are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.door import Door, code_of, json_of
from conformance.score import Cause, Miss, Score
from conformance.seeds import NotSeeded
from conformance.specification.check import Checker
from conformance.specification.documents import Node
from conformance.specification.extras import Recorded
from conformance.specification.operations import Operation
from conformance.specification.requests import Sent, request_of
from conformance.specification.stage import stage
from conformance.specification.supported import BROKEN, Types, example_aside, path_of
from mlinfra.simulator import Response, Simulator
from mlinfra.simulator.ids import parse


@dataclass(slots=True)
class Tally:
    """One score in the making."""

    name: str
    right: int = 0
    misses: list[Miss] = field(default_factory=list)

    def judge(self, case: str, wrong: Sequence[str]) -> None:
        """One comparison; it is right when nothing is wrong."""
        if wrong:
            self.misses.append(Miss(case, Cause.OURS, "; ".join(wrong)))
        else:
            self.right += 1

    def aside(self, case: str, reason: str) -> None:
        """A comparison that belongs to no supported type."""
        self.misses.append(Miss(case, Cause.UNSUPPORTED, "", reason))

    def score(self, *said: str) -> Score:
        """What came of it."""
        return Score(self.name, 1.0, self.right, tuple(self.misses), said)


class Run:
    """Counts operations, examples and answers while it sends them."""

    def __init__(
        self, operations: Sequence[Operation], types: Types, checker: Checker, recorded: Recorded
    ) -> None:
        self.routes = Tally("specification routes")
        self.examples = Tally("specification examples")
        self.answers = Tally("specification answers")
        self._types = types
        self._checker = checker
        self._recorded = recorded
        gets = [(path_of(one), one) for one in operations if one.method == "GET"]
        self._reads = {(path.type, path.item): one for path, one in gets}

    def operation(self, operation: Operation, aside: str, unlisted: str = "") -> None:
        """Send every example of an operation, or none when there is a reason to leave it aside; ``unlisted``
        is what the simulator refuses then without saying so beforehand."""
        if aside and unlisted:
            self.routes.judge(operation.title, [f"neither routed nor listed as refused: {unlisted}"])
        if aside:
            self.routes.aside(operation.title, aside)
            for title in operation.examples:
                self.examples.aside(f"{operation.id}: {title}", aside)
            return
        tried = [self._example(operation, title, node.value) for title, node in operation.examples.items()]
        if "" not in tried:  # no example, or none that can be sent
            tried = [self._send(operation, request_of(operation, {}), f"{operation.id}: made up")]
        self.routes.judge(operation.title, [] if "" in tried else tried[:1])

    def _example(self, operation: Operation, title: str, example: Mapping[str, Any]) -> str:
        """Send an example, if nothing is wrong with it; why it was not routed."""
        sent, case = request_of(operation, example["parameters"]), f"{operation.id}: {title}"
        if broken := BROKEN.get((operation.id, title)):
            self.examples.misses.append(Miss(case, Cause.ARTEFACT, "", broken))
        elif aside := example_aside(sent, example, self._types):
            self.examples.aside(case, aside)
        else:
            return self._send(operation, sent, case, self.examples)
        return "it cannot be sent"

    def _send(self, operation: Operation, sent: Sent, case: str, tally: Tally | None = None) -> str:
        """Send one request in a new world; why it was not routed, empty when it was."""
        simulator = Simulator()
        try:
            door = Door(simulator)
            try:
                sent = stage(door, operation, sent)
            except NotSeeded as refused:
                if tally is not None:
                    tally.judge(case, [f"not seeded: {refused}"])
                return f"not seeded: {refused}"
            answer = door.send(
                sent.method, sent.path, sent.version, sent.body, query=sent.query, headers=sent.headers
            )
            if tally is not None:
                tally.judge(case, _refused(operation, answer))
            self._answers(operation, sent, case, door, answer)
            return f"{answer.status} {code_of(answer)}" if answer.status in (405, 501) else ""
        finally:
            simulator.close()

    def _answers(self, operation: Operation, sent: Sent, case: str, door: Door, first: Response) -> None:
        if first.status >= 400:
            return
        self._judge(f"{case}: {first.status}", operation.responses.get(str(first.status)), sent.path, first)
        polls = door.follow(first)
        wrong = [problem for one in polls for problem in _failed(one)]
        if polls:
            self.answers.judge(f"{case}: its end", wrong)
            # where no result is declared, what stands at the address is not the operation's
            result = operation.responses.get("200")
            if result is not None and polls[-1].status == 200 and "location" in first.headers:
                self._judge(f"{case}: its result", result, sent.path, polls[-1])
        door.rest()
        for path, read in self._afterwards(sent):
            seen = door.send("GET", path, read.api_version)
            if seen.status == 200:
                self._judge(f"{case}: GET {path} afterwards", read.responses.get("200"), path, seen)

    def _afterwards(self, sent: Sent) -> Iterator[tuple[str, Operation]]:
        """The resource that a request was about, and the collection it is in."""
        path = parse(sent.path)
        id = path.text if path.item else path.parent
        for one in (id, id.rpartition("/")[0]):
            read = self._reads.get((parse(one).type, parse(one).item))
            if read is not None and read.api_version == sent.version:
                yield one, read

    def _judge(self, case: str, schema: Node | None, path: str, answer: Response) -> None:
        body = json_of(answer)
        if body is None and schema is None:
            return
        if schema is None:
            wrong = [f"a body where none is declared: {str(body)[:80]}"]
        elif body is None:
            wrong = ["no body"] if answer.status in (200, 201) else []
        else:
            wrong = self._checker.answer(schema, body, self._recorded.of(path))
        self.answers.judge(case, wrong)


def _refused(operation: Operation, answer: Response) -> list[str]:
    if answer.status >= 400:
        return [f"{answer.status} {code_of(answer)}: {answer.body.decode()[:300]}"]
    if str(answer.status) not in operation.responses:
        return [f"{answer.status}, and declared are {', '.join(operation.responses)}"]
    return []


def _failed(poll: Response) -> list[str]:
    body = json_of(poll)
    status = str(body.get("status", "")) if isinstance(body, dict) else ""
    if poll.status >= 400 or status.lower() in ("failed", "canceled"):
        return [f"{poll.status} {poll.body.decode()[:300]}"]
    return []
