"""Comments on pull requests of GitHub: which ones a job belongs to, and one comment that is kept up to date.

The number of the pull request comes from the event that started the job. A job of `workflow_run` has none when the pull
request comes from a fork: then it is the open one whose branch ends with the commit that the event names.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncdsl.cli.forge_api import ForgeApi
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.comments import NO_COMMENT
from syncdsl.render.comment_markdown import marker_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_JOB = "github-actions[bot]"
"""Whom the token of a job belongs to."""

_PERMISSION = (
    "the job needs `permissions: pull-requests: write`; on a pull request from a fork it never has it, see "
    "docs/ci.md, A stranger's branch"
)


class GitHubComments:
    """The comments of the pull requests that a job belongs to."""

    noun = "pull request"

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Take what GitHub Actions sets. Raises Fault SD616 when there is no pull request, or no token."""
        self._repository = environment.get("GITHUB_REPOSITORY", "")
        if not _REPOSITORY.fullmatch(self._repository):
            raise Fault(NO_COMMENT, "`GITHUB_REPOSITORY` names no repository", help="GitHub Actions sets it")
        self._event = _event(environment.get("GITHUB_EVENT_PATH", ""))
        token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or ""
        if not token:
            raise Fault(
                NO_COMMENT,
                "there is no token to comment with",
                help="give the step `env: GITHUB_TOKEN: ${{ github.token }}`",
            )
        self._graphql = environment.get("GITHUB_GRAPHQL_URL") or "https://api.github.com/graphql"
        self._api = ForgeApi(
            environment.get("GITHUB_API_URL") or "https://api.github.com",
            token,
            {
                "Authorization": f"Bearer {token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
            refused=_PERMISSION,
        )

    def close(self) -> None:
        """End the connection."""
        self._api.close()

    def numbers(self) -> list[int]:
        """Return the numbers of the pull requests; none where the branch moved on, or its pull request is closed.

        Raises Fault: SD616 for an event of another kind, SD617.
        """
        match self._event:
            case {"pull_request": {"number": int(number)}}:
                return [number]
            case {
                "workflow_run": {
                    "head_sha": str(commit),
                    "head_branch": str(branch),
                    "head_repository": {"full_name": str(repository), "owner": {"login": str(owner)}},
                }
            }:
                found = self._api.rows(f"repos/{self._repository}/pulls", state="open", head=f"{owner}:{branch}")
                return sorted(
                    row["number"]
                    for row in found
                    if isinstance(row.get("number"), int) and _head(row) == (commit, repository)
                )
            case _:
                raise Fault(
                    NO_COMMENT,
                    "the event that started this job is of no pull request",
                    help="run it `on: pull_request`, or on a `workflow_run` of one that did",
                )

    def put(self, number: int, body: str) -> str:
        """Make the comment of a pull request, or put it in the place of its former one; return which of both.

        Only comments of whoever the token belongs to are looked at: a marker can be written by anybody. Raises Fault
        SD617.
        """
        marked = marker_line(body)
        login = self._login()
        for row in self._api.rows(f"repos/{self._repository}/issues/{number}/comments"):
            ours = (row.get("user") or {}).get("login") == login
            if ours and marker_line(str(row.get("body") or "").replace("\r\n", "\n")) == marked:
                self._api.ask(
                    "PATCH", f"repos/{self._repository}/issues/comments/{int(row['id'])}", body={"body": body}
                )
                return "updated"
        self._api.ask("POST", f"repos/{self._repository}/issues/{number}/comments", body={"body": body})
        return "made"

    def _login(self) -> str:
        """Return whom the token belongs to; a job's own may not ask the REST API for it."""
        match self._api.query(self._graphql, "{ viewer { login } }"):
            case {"viewer": {"login": str(login)}}:
                return login
            case _:
                return _JOB


def _event(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise Fault(
            NO_COMMENT, "the event that started this job cannot be read", help="GitHub Actions names its file"
        ) from None


def _head(row: Mapping[str, Any]) -> tuple[Any, Any]:
    head = row.get("head") or {}
    return head.get("sha"), (head.get("repo") or {}).get("full_name")
