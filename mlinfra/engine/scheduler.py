"""Steps in their order, as many at once as allowed, polls and retries on one timer wheel.

One thread owns the scheduler and calls back; workers do nothing but I/O. No thread waits for an operation:
what is pending is a timer. A virtual clock moves only when no worker is busy.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeAlias

from mlinfra.model.clock import Clock
from mlinfra.model.graph import dependants, longest_path
from mlinfra.model.plan import Join, Step

Job: TypeAlias = Callable[[], Any]
"""What a worker does; it answers its result and never raises what it can answer."""


@dataclass(frozen=True, slots=True)
class Run:
    """Do ``job`` in a worker, ``after`` seconds from now."""

    job: Job
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class End:
    """The step is over; what waits for it goes on when it is ``done``, and is skipped when not."""

    done: bool


Next: TypeAlias = Run | End


class Crew(Protocol):
    """Whoever knows what the steps mean; called by the owning thread alone."""

    def start(self, step: Step) -> Next:
        """A step that is ready: what to do first."""
        ...

    def result(self, step: Step, result: Any) -> Next:
        """A job came back: what to do next."""
        ...

    @property
    def stopping(self) -> bool:
        """Whether nothing new may start; what is in flight is brought to its end."""
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


class _Loop:
    """The state of one run: what is ready, what is timed, how many workers are busy."""

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
        waiting = {step.id: step.after for step in steps} | {join.id: join.after for join in joins}
        self.needs = {id: [need for need in after if need in waiting] for id, after in waiting.items()}
        self.urgency = longest_path(self.needs, {id: weights.get(id, 1.0) for id in self.steps})
        self.sorter = TopologicalSorter(self.needs)
        self.sorter.prepare()
        self.order = count()
        self.ready: list[tuple[float, int, Step]] = []
        self.timers: list[tuple[float, int, Step, Job]] = []
        self.results: SimpleQueue[tuple[Step, Callable[[], Any]]] = SimpleQueue()
        self.begun: set[str] = set()
        self.skipped: set[str] = set()
        self.busy = 0

    def run(self) -> None:
        """Until nothing is in flight and nothing more may start."""
        while True:
            while self._start_one():
                pass
            while self.timers and self.busy < self.parallelism and self._delay() <= 0:
                _, _, step, job = heapq.heappop(self.timers)
                self._send(step, job)
            if not self.busy and not self.timers:
                return
            came = self._wait()
            if came is not None:
                self.busy -= 1
                step, outcome = came
                self._follow(step, self.crew.result(step, outcome()))

    def _start_one(self) -> bool:
        """Start the most urgent step that is ready; one that needs no worker may make others ready."""
        while ready := self.sorter.get_ready():
            for id in ready:
                if id not in self.steps:
                    self.sorter.done(id)  # a join
                elif id not in self.skipped:
                    heapq.heappush(self.ready, (-self.urgency[id], next(self.order), self.steps[id]))
        if not self.ready or self.busy >= self.parallelism:
            return False
        if self.crew.stopping:
            return self._start_what_is_done_already()
        step = heapq.heappop(self.ready)[2]
        if step.id not in self.skipped:
            self.begun.add(step.id)
            self._follow(step, self.crew.start(step))
        return True

    def _start_what_is_done_already(self) -> bool:
        """What died with its container is gone whether we go on or not: it is recorded."""
        for item in self.ready:
            if item[2].with_parent is not None:
                self.ready.remove(item)
                heapq.heapify(self.ready)
                self.begun.add(item[2].id)
                self._follow(item[2], self.crew.start(item[2]))
                return True
        return False

    def _follow(self, step: Step, then: Next) -> None:
        if isinstance(then, End):
            if then.done:
                self.sorter.done(step.id)
            else:
                self.skipped.update(dependants(self.needs, [step.id]))
        elif then.after <= 0 and self.busy < self.parallelism:
            self._send(step, then.job)
        else:
            due = self.clock.monotonic() + then.after
            heapq.heappush(self.timers, (due, next(self.order), step, then.job))

    def _send(self, step: Step, job: Job) -> None:
        self.busy += 1
        self.pool.submit(lambda: self.results.put((step, _outcome(job))))

    def _delay(self) -> float:
        return self.timers[0][0] - self.clock.monotonic()

    def _wait(self) -> tuple[Step, Callable[[], Any]] | None:
        """Until a worker comes back or a timer is due, whichever is first."""
        if not self.busy:
            self.clock.sleep(max(0.0, self._delay()))
            return None
        timed = self.timers and self.busy < self.parallelism and not self.clock.virtual
        try:
            return self.results.get(timeout=max(0.0, self._delay()) if timed else None)
        except Empty:
            return None


def _outcome(job: Job) -> Callable[[], Any]:
    """The job's answer; or its exception, raised where the owner asks for it."""
    try:
        answer = job()
    except BaseException as wrong:
        caught = wrong

        def fail() -> Any:
            raise caught

        return fail
    return lambda: answer
