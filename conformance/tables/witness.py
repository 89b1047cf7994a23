"""A door that remembers every answer as the tables write it."""

from __future__ import annotations

from typing import Any

from conformance.door import Door, code_of, json_of
from conformance.tables.rows import Refusal, Row, about_of, row_of
from mlinfra.simulator import Response, Simulator

_HOST = "https://management.azure.com"


class Witness(Door):
    """``rows`` and ``refusals`` are what was answered so far."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self.rows: set[Row] = set()
        self.refusals: set[Refusal] = set()

    def send(self, method: str, path: str, version: str = "", body: Any = None, **more: Any) -> Response:
        """As `Door.send`."""
        answer = super().send(method, path, version, body, **more)
        about = about_of(method, path.partition("?")[0].removeprefix(_HOST), answer.status)
        self.rows.add(row_of(about, answer.headers, json_of(answer)))
        if answer.status >= 400:
            self.refusals.add(Refusal(about, code_of(answer)))
        return answer


def follow(door: Door, answer: Response) -> None:
    """Watch what was begun by both ways that a client may go: at once, to its end, and after it."""
    links = [answer.headers.get(name, "") for name in ("azure-asyncoperation", "location")]
    watched = [link for link in links if "api-version=" in link]
    for link in watched:
        door.send("GET", link)
    if answer.status < 400:
        door.follow(answer)
        door.rest()
    for link in watched:
        door.send("GET", link)
