"""Small servers that play the comments of GitHub's and of GitLab's API, over real HTTP, with pages and refusals."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "forge-token-123456"
BOT = {"login": "github-actions[bot]", "type": "Bot", "id": 41}


@dataclass
class Forge:
    """What a server holds, and what it was asked."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    user: dict[str, Any] | None = None
    read_only: bool = False
    broken: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def say(self, body: str, author: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Have somebody write a comment."""
        row = {"id": 1000 + len(self.comments), "body": body, "user": author or BOT, "author": author or BOT, **more}
        self.comments.append(row)
        return row

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The calls that were to change something."""
        return [(method, path) for method, path in self.asked if method != "GET" and path != "/graphql"]

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        """Return the status and the JSON of an answer."""
        if self.broken:
            return 502, None
        if path == "/user":
            return (200, self.user) if self.user else (403, {"message": "Resource not accessible by integration"})
        if path == "/graphql":
            return 200, {"data": {"viewer": {"login": (self.user or BOT)["login"]}}}
        if method == "GET":
            rows = self.pulls if path.endswith("/pulls") else self.comments
            size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
            return 200, rows[(page - 1) * size : page * size]
        if self.read_only:
            return 403, {"message": "Resource not accessible by integration"}
        if method == "POST":
            return 201, self.say(body["body"], self.user)
        number = int(path.rpartition("/")[2])
        (row,) = (row for row in self.comments if row["id"] == number)
        row["body"] = body["body"]
        return 200, row


_PATHS = re.compile(
    r"/user|/graphql|/repos/shop/rules/(pulls|issues/7/comments|issues/comments/\d+)|/projects/12/merge_requests/7/notes(/\d+)?"
)


@contextmanager
def forge() -> Iterator[Forge]:
    """Serve on a free port until the block ends."""
    held = Forge()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            held.asked.append((self.command, parts.path))
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            token = self.headers.get("PRIVATE-TOKEN") or (self.headers.get("Authorization") or "").partition(" ")[2]
            if token != TOKEN:
                status, data = 401, {"message": "Bad credentials"}
            elif not _PATHS.fullmatch(parts.path):
                status, data = 404, {"message": "Not Found"}
            else:
                status, data = held.answer(self.command, parts.path, parse_qs(parts.query), body)
            payload = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815 - the names that http.server calls

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
