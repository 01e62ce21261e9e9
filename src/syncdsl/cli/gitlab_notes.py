"""Notes on merge requests of GitLab: one that is kept up to date, on the merge request that a job belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.cli.forge_api import ForgeApi
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.comments import NO_COMMENT
from syncdsl.render.comment_markdown import marker_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = "give the job a project access token with the scope `api` as the masked variable `GITLAB_TOKEN`"  # noqa: S105 - no secret


class GitLabNotes:
    """The notes of the merge request that a job belongs to."""

    noun = "merge request"

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Take what GitLab CI sets. Raises Fault SD616 when there is no merge request, or no token."""
        project, number = environment.get("CI_PROJECT_ID", ""), environment.get("CI_MERGE_REQUEST_IID", "")
        if not (project.isdecimal() and number.isdecimal()):
            raise Fault(
                NO_COMMENT,
                "this job is of no merge request",
                help="run it where `$CI_MERGE_REQUEST_IID` is set: in merge request pipelines",
            )
        token = environment.get("GITLAB_TOKEN", "")
        if not token:
            raise Fault(NO_COMMENT, "there is no token to comment with", help=_TOKEN)
        self._number = int(number)
        self._notes = f"projects/{project}/merge_requests/{number}/notes"
        self._api = ForgeApi(
            environment.get("CI_API_V4_URL") or "https://gitlab.com/api/v4",
            token,
            {"PRIVATE-TOKEN": token},
            refused=_TOKEN,
        )

    def close(self) -> None:
        """End the connection."""
        self._api.close()

    def numbers(self) -> list[int]:
        """Return the number of the merge request."""
        return [self._number]

    def put(self, number: int, body: str) -> str:  # noqa: ARG002 - there is one merge request
        """Make the note, or put it in the place of its former one; return which of both.

        Only notes of whoever the token belongs to are looked at. Raises Fault SD617.
        """
        marked = marker_line(body)
        mine = self._api.ask("GET", "user").get("id")
        for row in self._api.rows(self._notes, sort="asc"):
            ours = (row.get("author") or {}).get("id") == mine and not row.get("system")
            if ours and marker_line(str(row.get("body") or "").replace("\r\n", "\n")) == marked:
                self._api.ask("PUT", f"{self._notes}/{int(row['id'])}", body={"body": body})
                return "updated"
        self._api.ask("POST", self._notes, body={"body": body})
        return "made"
