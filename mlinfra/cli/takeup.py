"""What a command finds when it has taken the lock: a lock that nobody let go, and steps that never ended."""

from __future__ import annotations

from mlinfra.cli import console
from mlinfra.engine.context import Context
from mlinfra.engine.settle import settle
from mlinfra.model.event import Settled
from mlinfra.render.events import as_json as event_as_json
from mlinfra.render.settled import settled
from mlinfra.render.stream import taken_over
from mlinfra.state.session import Session


def take_up(session: Session, context: Context, *, as_json: bool = False, no_color: bool = False) -> None:
    """Settle what an earlier command left open, and tell what was found: plans start from what is known.

    That somebody's lock was taken over is told on stderr. Raises MlinfraError when the service cannot be
    asked.
    """
    before = session.taken_from
    if before is not None:
        if as_json:
            console.event(taken_over(before))
        console.warn(
            f"Took over the lock of {before.owner} on {before.host} (mlinfra {before.command}, since "
            f"{before.since:%Y-%m-%d %H:%M:%S} UTC): it was neither renewed nor let go."
        )
    events: list[Settled] = []
    settle(session, context, events.append)
    if as_json:
        for event in events:
            console.event(event_as_json(event))
    elif events:
        console.show(console.stdout(no_color=no_color), settled(events))
        console.say()
