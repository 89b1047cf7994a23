"""Steps in their order, as many at once as allowed, polls and retries on one timer wheel.

One thread owns the scheduler and calls back; workers do nothing but I/O. No thread waits for an operation:
what is pending is a timer. A virtual clock moves only when no worker is busy.

What may go stands in queues, one for each kind of leave it needs (`Admission`), the longest remaining path
first. A step in a lane begins when whoever was in it has ended; a lane is the only thing that a step holds
while it is not sent, and it holds one at most, so nobody waits in a circle.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeAlias

from mlinfra.model.clock import Clock
from mlinfra.model.graph import longest_path
from mlinfra.model.plan import Join, Step
from mlinfra.providers.api import Admission

Job: TypeAlias = Callable[[], Any]
"""What a worker does; it answers its result and never raises what it can answer."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What a step needs before it may start: to be alone in its lane, and leave for its requests."""

    lane: Hashable = None
    admission: Admission | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Do ``job`` in a worker, ``after`` seconds from now, once ``admission`` is given.

    What `Crew.start` answers goes at once: its leave is the one that its gate asked for. A job that only
    ``asks`` how an operation is doing lets those go first that bring something about.
    """

    job: Job
    after: float = 0.0
    admission: Admission | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """The step is over; what waits for it goes on when it is ``done``, and is skipped when not."""

    done: bool


Next: TypeAlias = Run | End


class Crew(Protocol):
    """Whoever knows what the steps mean; called by the owning thread alone."""

    def gate(self, step: Step) -> Gate:
        """A step whose needs are met: what it must wait for yet."""
        ...

    def start(self, step: Step) -> Next:
        """A step that may go: what to do first."""
        ...

    def result(self, step: Step, result: Any) -> Next:
        """A job came back: what to do next."""
        ...

    @property
    def stopping(self) -> bool:
        """Whether nothing new may start, from now on; what is in flight is brought to its end."""
        ...


def run(
    steps: Sequence[Step],
    crew: Crew,
    clock: Clock,
    parallelism: int,
    weights: Mapping[str, float],
    joins: Sequence[Join] = (),
) -> list[Step]:
    """Carry out the steps; answers those that never started, because of a failure or a stop.

    ``joins`` are what steps wait for beside other steps: each is over when all that it waits for is.
    ``parallelism`` bounds the requests in flight; ``weights`` are expected seconds by step: the longest
    remaining path goes first. An exception of the crew ends it at once: nobody waits for what is in flight.
    """
    with ThreadPoolExecutor(max_workers=parallelism, thread_name_prefix="step") as pool:
        loop = _Loop(steps, joins, crew, clock, parallelism, weights, pool)
        try:
            loop.run()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [step for step in steps if step.id not in loop.begun]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A step that is to start (no job yet), or a job of one that has."""

    step: Step
    gate: Gate
    job: Job | None = None
    asks: bool = False


_Turn: TypeAlias = tuple[bool, float, float, int]
"""The place in a queue: whether it only asks, the time until which that is too early (else 0), urgency
(negative), order of arrival."""

_Queue: TypeAlias = list[tuple[_Turn, _Waiting]]
"""A heap."""

_NEVER = float("inf")


class _Loop:
    """The state of one run: what may go, what is timed, who is in which lane, how many workers are busy."""

    def __init__(
        self,
        steps: Sequence[Step],
        joins: Sequence[Join],
        crew: Crew,
        clock: Clock,
        parallelism: int,
        weights: Mapping[str, float],
        pool: ThreadPoolExecutor,
    ) -> None:
        self.crew, self.clock, self.parallelism, self.pool = crew, clock, parallelism, pool
        self.steps = {step.id: step for step in steps}
        waits = {step.id: step.after for step in steps} | {join.id: join.after for join in joins}
        needs = {id: [need for need in after if need in waits] for id, after in waits.items()}
        self.expected = {id: weights.get(id, 1.0) for id in self.steps}
        self.urgency = longest_path(needs, self.expected)
        self.sorter = TopologicalSorter(needs)
        self.sorter.prepare()
        self.order = count()
        self.queues: dict[Hashable, _Queue] = {}
        self.lanes: dict[Hashable, _Queue] = {}
        """Of each lane that somebody is in, who waits for it."""
        self.holds: dict[str, Hashable] = {}
        """The lane that a step is in."""
        self.timers: list[tuple[float, int, _Waiting]] = []
        self.results: SimpleQueue[tuple[Step, Callable[[], Any]]] = SimpleQueue()
        self.begun: dict[str, float] = {}
        """When each step was started."""
        self.busy = 0
        self.wake = _NEVER
        """When the first queue that has no leave is to ask again."""

    def run(self) -> None:
        """Until nothing is in flight and nothing more may start."""
        while True:
            self._gather()
            while self._send_one():
                self._gather()
            if not self.busy and not self.timers and self.wake == _NEVER:
                return
            came = self._wait()
            if came is not None:
                self.busy -= 1
                step, outcome = came
                self._follow(step, self.crew.result(step, outcome()))

    def _gather(self) -> None:
        """Queue what has become ready and what is due."""
        while ready := self.sorter.get_ready():
            for id in ready:
                if id in self.steps:
                    self._queue(_Waiting(self.steps[id], self.crew.gate(self.steps[id])))
                else:
                    self.sorter.done(id)  # a join
        while self.timers and self._delay() <= 0:
            self._queue(heapq.heappop(self.timers)[2])

    def _queue(self, one: _Waiting) -> None:
        id, admission = one.step.id, one.gate.admission
        queue = self.queues.setdefault(admission.queue if admission is not None else None, [])
        # Where there is not leave for everybody, those operations are asked that are expected to be over.
        end = self.begun[id] + self.expected[id] if one.asks else 0.0
        early = end if end > self.clock.monotonic() else 0.0
        heapq.heappush(queue, ((one.asks, early, -self.urgency[id], next(self.order)), one))

    def _send_one(self) -> bool:
        """Let the first go that may; True when anything was done, which may make others ready."""
        self.wake = _NEVER
        if self.busy >= self.parallelism:
            return False
        if self.crew.stopping:
            self._give_up()
        for queue in sorted((q for q in self.queues.values() if q), key=lambda q: q[0][0]):
            one = queue[0][1]
            if one.job is None and not self._has_lane(one):
                heapq.heappush(self.lanes[one.gate.lane], heapq.heappop(queue))
                return True
            wait = one.gate.admission.take() if one.gate.admission is not None else 0.0
            if wait <= 0:
                heapq.heappop(queue)
                self._go(one)
                return True
            self.wake = min(self.wake, self.clock.monotonic() + wait)
        return False

    def _give_up(self) -> None:
        """Nothing more starts, but for what died with its container: gone anyway, it is recorded."""
        for queue in (*self.queues.values(), *self.lanes.values()):
            queue[:] = [item for item in queue if item[1].job or item[1].step.with_parent is not None]
            heapq.heapify(queue)

    def _go(self, one: _Waiting) -> None:
        """Send a job whose leave was taken; of a step that starts, whatever comes first."""
        step, leave = one.step, one.gate.admission or nullcontext()
        if one.job is not None:
            return self._send(step, one.job, leave)
        self.begun[step.id] = self.clock.monotonic()
        if one.gate.lane is not None and step.id not in self.holds:
            self.lanes[one.gate.lane], self.holds[step.id] = [], one.gate.lane
        then = self.crew.start(step)
        if isinstance(then, Run):
            return self._send(step, then.job, leave)
        with leave:
            pass  # given back
        return self._follow(step, then)

    def _follow(self, step: Step, then: Next) -> None:
        if isinstance(then, Run):
            waiting = _Waiting(step, Gate(admission=then.admission), then.job, then.asks)
            due = self.clock.monotonic() + max(0.0, then.after)
            heapq.heappush(self.timers, (due, next(self.order), waiting))
            return
        if then.done:
            self.sorter.done(step.id)
        if step.id in self.holds:
            self._hand_on(self.holds.pop(step.id))

    def _has_lane(self, one: _Waiting) -> bool:
        """Whether a step may be in its lane: nobody else is, or it was handed on to it."""
        return one.gate.lane not in self.lanes or one.step.id in self.holds

    def _hand_on(self, lane: Hashable) -> None:
        """Whoever was in a lane has ended: the most urgent of those who wait for it has it now."""
        if self.lanes[lane]:
            heir = heapq.heappop(self.lanes[lane])[1]
            self.holds[heir.step.id] = lane
            self._queue(heir)
        else:
            del self.lanes[lane]

    def _send(self, step: Step, job: Job, leave: AbstractContextManager[object]) -> None:
        self.busy += 1
        self.pool.submit(lambda: self.results.put((step, _outcome(job, leave))))

    def _delay(self) -> float:
        return self.timers[0][0] - self.clock.monotonic()

    def _wait(self) -> tuple[Step, Callable[[], Any]] | None:
        """Until a worker comes back, a timer is due or leave may be had, whichever is first."""
        due = min(self.timers[0][0] if self.timers else _NEVER, self.wake)
        timed = due < _NEVER and self.busy < self.parallelism
        delay = max(0.0, due - self.clock.monotonic()) if timed else None
        if not self.busy:
            self.clock.sleep(delay or 0.0)
            return None
        try:
            return self.results.get(timeout=None if self.clock.virtual else delay)
        except Empty:
            return None


def _outcome(job: Job, leave: AbstractContextManager[object]) -> Callable[[], Any]:
    """The job's answer; or its exception, raised where the owner asks for it."""
    try:
        with leave:
            answer = job()
    except BaseException as wrong:
        caught = wrong

        def fail() -> Any:
            raise caught

        return fail
    return lambda: answer
