"""One session, played against one simulator."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from conformance.replay.asked import About, Asked, ask
from conformance.replay.door import World, body_of
from conformance.replay.exchanges import Exchange, Session
from conformance.replay.mapping import OPERATION_HEADERS, Mapped, address, address_of, among
from conformance.replay.progress import at_work, last_shown
from conformance.replay.seeding import GROUPS, Seeds
from mlinfra.simulator import Response
from mlinfra.simulator.ids import parse

PACE = 2.0
"""Seconds from one request to the next where nothing is at work: clients are commands that start anew."""

MAKERS = frozenset({"microsoft.resources/deployments", "microsoft.resources/deploymentstacks"})
"""Foreign types whose PUT makes and deletes resources of any type: what was known may be otherwise then."""

ORPHANS = frozenset({"ResourceGroupNotFound", "ParentResourceNotFound"})
"""Codes that say that something the path lies in is not there."""


@dataclass(frozen=True, slots=True)
class Played:
    """An exchange as it was and as it is now.

    ``response`` is None where nothing could be asked: a type that is not simulated, or a URL that no answer
    of ours gave. ``version`` is the api-version that was sent. ``seeded``: what it is about was put there by
    the harness for this very exchange, and its status follows from that.
    """

    session: Session
    place: int
    asked: Asked
    response: Response | None
    version: str = ""
    seeded: bool = False
    begun_by: Asked | None = None
    """Of a poll: the recorded request whose answer gave its URL, when there is one in the session."""
    assumed: bool = False
    """Whether the session never showed what this lies in, so that the least was put there instead."""
    known: frozenset[str] = frozenset()
    """Of a list: ids, in lower case, that both worlds had at some time before."""
    before: tuple[Asked, ...] = ()
    """What the exchanges of the session before this one are about."""

    @property
    def exchange(self) -> Exchange:
        """The recorded one."""
        return self.session.exchanges[self.place]


class Player:
    """Plays a session in its order; makes nothing of what it sees."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._world = World()
        self._mapped = Mapped()
        self.seeds = Seeds(self._world, session)
        self._last = last_shown(session.exchanges)
        self._running: set[int] = set()
        self._asked = [ask(one) for one in session.exchanges]

    def play(self) -> list[Played]:
        """Every exchange in turn."""
        try:
            places = range(len(self.session.exchanges))
            return [replace(self._one(at), before=tuple(self._asked[:at])) for at in places]
        finally:
            self._world.close()

    def _one(self, place: int) -> Played:
        exchange, asked = self.session.exchanges[place], self._asked[place]
        if not asked.supported:
            if asked.path.type in MAKERS and exchange.method == "PUT":
                self.seeds.known.clear()
            return Played(self.session, place, asked, None)
        self._let_time_pass(place)
        if asked.about is About.POLL or any(key.lower() == "$skiptoken" for key in exchange.query):
            return self._follow(place)
        seeded = self._seed(place)
        response, version = self._send(exchange, asked)
        self._mapped.learn(exchange, response)
        self._note(place, response)
        assumed = any(f"{asked.path.text}/".lower().startswith(f"{id}/") for id in self.seeds.assumed)
        known = frozenset(self.seeds.known) if not asked.target else frozenset()
        return Played(self.session, place, asked, response, version, seeded, assumed=assumed, known=known)

    # -- time

    def _let_time_pass(self, place: int) -> None:
        """Operations are over as soon as no exchange from here on shows one of them at work."""
        if self._running and all(self._last.get(begun, begun) < place for begun in self._running):
            self._world.wait()
            self._running.clear()
        elif not self._running:
            self._world.wait(PACE)

    def _note(self, place: int, response: Response) -> None:
        """Whether something is at work since this exchange, and what is now known to be there or not."""
        exchange, asked = self.session.exchanges[place], self._asked[place]
        begun = at_work(response.status, body_of(response)) or "azure-asyncoperation" in response.headers
        if begun and exchange.method not in ("GET", "HEAD"):
            self._running.add(place)
        if asked.about is About.ITEM and exchange.status == response.status < 400:
            self.seeds.known.add(asked.target)

    # -- sending

    def _send(self, exchange: Exchange, asked: Asked) -> tuple[Response, str]:
        known = {*asked.versions}
        version = exchange.api_version if exchange.api_version in known else asked.versions[0]
        body = None if exchange.body is None else json.loads(self._mapped.text(json.dumps(exchange.body)))
        path = self._mapped.text(exchange.path)
        return self._world.send(exchange.method, path, version, body, query=exchange.query), version

    def _follow(self, place: int) -> Played:
        """Ask the URL that stands in our answers for the one that stood in theirs."""
        exchange, asked = self.session.exchanges[place], self._asked[place]
        begun = self._begun_by(place)
        url = self._mapped.url(exchange)
        if url is None:
            return Played(self.session, place, asked, None, begun_by=begun)
        response = self._world.send("GET", url)
        self._mapped.learn(exchange, response)
        return Played(self.session, place, asked, response, exchange.api_version, begun_by=begun)

    def _begun_by(self, place: int) -> Asked | None:
        exchange = self.session.exchanges[place]
        wanted = address(exchange.path, exchange.query)
        for before in range(place - 1, -1, -1):
            earlier = self.session.exchanges[before]
            urls = [address_of(earlier.headers[one]) for one in OPERATION_HEADERS if one in earlier.headers]
            if self._asked[before].about is not About.POLL and among(wanted, urls):
                return self._asked[before]
        return None

    # -- what was there

    def _seed(self, place: int) -> bool:
        """Have there what this exchange found there. Says whether its status follows from that alone."""
        exchange, asked = self.session.exchanges[place], self._asked[place]
        if exchange.error_code in ORPHANS:
            return False
        self.seeds.above(asked.path.text if asked.about is not About.ACTION else asked.target, place)
        if exchange.status >= 400:
            return False
        self.seeds.named(exchange.body, place)
        if not asked.target:
            return False
        if exchange.method == "PUT" and not _older(exchange):
            return False
        if exchange.method == "DELETE" and exchange.status == 204:
            return False
        made = self.seeds.ensure(asked.path.text if asked.about is About.ITEM else asked.path.parent, place)
        return made and (exchange.method in ("GET", "HEAD") or asked.path.type == GROUPS)


def _older(exchange: Exchange) -> bool:
    """Whether the answer to a PUT shows that it was there before: made at one time, changed at another."""
    if exchange.status != 200 or not isinstance(exchange.answer, dict):
        return False
    if parse(exchange.path).type == GROUPS:
        return True  # specification: 201 for a group that is new, 200 for one that was there
    data = exchange.answer.get("systemData")
    if not isinstance(data, dict):
        return False
    made, changed = data.get("createdAt"), data.get("lastModifiedAt")
    return bool(made and changed and str(made)[:19] != str(changed)[:19])
