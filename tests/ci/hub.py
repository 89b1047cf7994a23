"""A GitHub on loopback, as far as the action speaks to it: comments, pull requests of a commit, artifacts."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"
LIMIT = 65_536


class Hub:
    """What it holds, and every request that it got (method and path)."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.pulls: dict[str, list[dict[str, Any]]] = {}
        self.artifacts: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str]] = []
        self.read_only = False
        self.address = ""
        self._number = 0

    def add_comment(self, body: str, login: str = BOT) -> int:
        """A comment that is there already."""
        self._number += 1
        self.comments.append({"id": self._number, "body": body, "user": {"login": login}})
        return self._number

    def add_artifact(self, name: str, head: str, *, run: int = 77, **more: Any) -> None:
        """An artifact of a run; ``repository`` is the one that the run's commit came from."""
        repository = more.pop("repository", 1)
        self.artifacts.append(
            {
                "name": name,
                "expired": False,
                "created_at": "2026-01-01T00:00:00Z",
                "workflow_run": {
                    "id": run,
                    "head_sha": head,
                    "repository_id": 1,
                    "head_repository_id": repository,
                },
                **more,
            }
        )

    def merge(self, commit: str, head: str) -> None:
        """A pull request, merged as this commit."""
        pull = {"head": {"sha": head}, "merged_at": "2026-01-02T00:00:00Z", "merge_commit_sha": commit}
        self.pulls[commit] = [pull]

    def answer(self, method: str, target: str, token: str | None, body: Any) -> tuple[int, Any]:
        """Status and body."""
        parts = urlsplit(target)
        self.asked.append((method, parts.path))
        if token != "Bearer the-token":
            return 401, {"message": "Bad credentials"}
        if self.read_only and method != "GET":
            return 403, {"message": "Resource not accessible by integration"}
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix("/repos/team/infra/")
        if method in ("POST", "PATCH") and not 0 < len(body["body"]) <= LIMIT:
            return 422, {"message": "Body is too long"}
        if path == "issues/7/comments":
            if method == "GET":
                return 200, _page(self.comments, query)
            return 201, {"id": self.add_comment(body["body"])}
        if one := re.fullmatch(r"issues/comments/(\d+)", path):
            comment = next((each for each in self.comments if each["id"] == int(one[1])), None)
            if comment is None:
                return 404, {"message": "Not Found"}
            if method == "DELETE":
                self.comments.remove(comment)
                return 204, None
            comment["body"] = body["body"]
            return 200, comment
        if one := re.fullmatch(r"commits/([0-9a-f]+)/pulls", path):
            return 200, _page(self.pulls.get(one[1], []), query)
        if path == "actions/artifacts":
            found = [each for each in self.artifacts if each["name"] == query["name"]]
            return 200, {"total_count": len(found), "artifacts": _page(found, query)}
        return 404, {"message": "Not Found"}


def _page(members: list[Any], query: dict[str, str]) -> list[Any]:
    size, number = int(query["per_page"]), int(query["page"])
    return members[size * (number - 1) : size * number]


@contextmanager
def running() -> Iterator[Hub]:
    """A hub that listens."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, answer = hub.answer(self.command, self.path, self.headers.get("Authorization"), body)
            data = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
