"""`syncdsl comment` over real HTTP: one comment that is found again, on GitHub and on GitLab."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.cli.forges import BOT, TOKEN, Forge, forge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.cli.conftest import Syncdsl

MARKER = "<!-- syncdsl preview production -->"
PREVIEW = f"{MARKER}\n## Preview of <code>production</code>\n\n**2 guards ok**\n"
PEOPLE = [{"login": "mallory", "type": "User", "id": 5}, {"login": "other-app[bot]", "type": "Bot", "id": 6}]


@pytest.fixture
def site() -> Iterator[Forge]:
    """Return a server that plays both APIs."""
    with forge() as held:
        yield held


def github(syncdsl: Syncdsl, site: Forge, event: dict[str, Any] | None = None) -> dict[str, str]:
    """Return what GitHub Actions sets in a job."""
    path = syncdsl.folder / "event.json"
    path.write_text(json.dumps(event or {"pull_request": {"number": 7}}), encoding="utf-8")
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "shop/rules",
        "GITHUB_API_URL": site.url,
        "GITHUB_GRAPHQL_URL": f"{site.url}/graphql",
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_TOKEN": TOKEN,
    }


def gitlab(site: Forge) -> dict[str, str]:
    """Return what GitLab CI sets in a job."""
    return {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": site.url,
        "CI_PROJECT_ID": "12",
        "CI_MERGE_REQUEST_IID": "7",
        "GITLAB_TOKEN": TOKEN,
    }


@pytest.fixture(params=["github", "gitlab"])
def job(request: pytest.FixtureRequest, syncdsl: Syncdsl, site: Forge) -> dict[str, str]:
    """Return the variables of a job of each CI, and write a preview."""
    (syncdsl.folder / "preview.md").write_text(PREVIEW, encoding="utf-8")
    if request.param == "gitlab":
        site.user = {"id": 41, "username": "project_12_bot"}
        return gitlab(site)
    return github(syncdsl, site)


def test_one_comment_is_kept_up_to_date(syncdsl: Syncdsl, site: Forge, job: dict[str, str]) -> None:
    """It is made once and then replaced, also where it is found on the third page behind other people's."""
    noun = "pull request" if "GITHUB_ACTIONS" in job else "merge request"
    for number in range(230):
        site.say(f"comment {number}", PEOPLE[number % 2])
    first = syncdsl("comment", "preview.md", **job)
    assert (first.code, first.out, first.err) == (0, "", f"made the comment on {noun} 7\n")
    (syncdsl.folder / "preview.md").write_text(PREVIEW + "\nmore\n", encoding="utf-8")
    second = syncdsl("comment", "preview.md", **job)
    assert (second.code, second.err) == (0, f"updated the comment on {noun} 7\n")
    assert len(site.comments) == 231
    assert site.comments[-1]["body"] == PREVIEW + "\nmore\n"
    assert len([path for method, path in site.asked if method == "GET" and path != "/user"]) == 6


def test_only_our_own_comment_is_replaced(syncdsl: Syncdsl, site: Forge, job: dict[str, str]) -> None:
    """Anybody can write a marker: what a person wrote stays, and a marker further down is none."""
    site.say(PREVIEW, PEOPLE[0])
    site.say(PREVIEW, PEOPLE[1])
    site.say(f"look:\n{PREVIEW}", BOT)
    site.say(PREVIEW.replace("production", "sandbox"), BOT)
    assert syncdsl("comment", "preview.md", **job).err.startswith("made the comment")
    assert [row["body"] == PREVIEW for row in site.comments] == [True, True, False, False, True]
    assert site.writes == [("POST", site.writes[0][1])]


def test_whose_comment_it_is_may_be_anybody(syncdsl: Syncdsl, site: Forge) -> None:
    """With a token of another account or app its own comments are found; unasked it is the job's own."""
    (syncdsl.folder / "preview.md").write_text(PREVIEW, encoding="utf-8")
    site.say(PREVIEW, BOT)
    site.user = {"login": "rules-app[bot]", "type": "Bot", "id": 77}
    job = github(syncdsl, site)
    said = [syncdsl("comment", "preview.md", **job).err for _ in range(2)]
    assert said == ["made the comment on pull request 7\n", "updated the comment on pull request 7\n"]
    elsewhere = {**job, "GITHUB_GRAPHQL_URL": "https://elsewhere.example/graphql"}
    assert syncdsl("comment", "preview.md", **elsewhere).err == "updated the comment on pull request 7\n"
    assert [path for _, path in site.writes] == [
        "/repos/shop/rules/issues/7/comments",
        "/repos/shop/rules/issues/comments/1001",
        "/repos/shop/rules/issues/comments/1000",
    ]


def test_a_token_that_may_only_read_is_told(syncdsl: Syncdsl, site: Forge, job: dict[str, str]) -> None:
    """A refusal is one message with what to do, ends with 6, and holds no token."""
    site.read_only = True
    ended = syncdsl("comment", "preview.md", **job)
    assert ended.code == 6
    assert "error[SD617]" in ended.err
    assert "answered 403" in ended.err
    assert ("pull-requests: write" if "GITHUB_ACTIONS" in job else "`GITLAB_TOKEN`") in ended.err
    assert TOKEN not in ended.err
    assert site.comments == []


@pytest.mark.parametrize("how", ["broken", "gone", "wrong token"])
def test_a_server_in_trouble_is_told(syncdsl: Syncdsl, site: Forge, job: dict[str, str], how: str) -> None:
    """Answers that are errors, no answer, and a token that is not known end with 6 and say which."""
    site.broken = how == "broken"
    if how == "gone":
        job = {name: "http://127.0.0.1:9" if value == site.url else value for name, value in job.items()}
    if how == "wrong token":
        job = {name: "another-token-9" if value == TOKEN else value for name, value in job.items()}
    ended = syncdsl("comment", "preview.md", **job)
    assert (ended.code, ended.out) == (6, "")
    assert {"broken": "answered 502", "gone": "did not answer", "wrong token": "answered 401"}[how] in ended.err


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_EVENT_PATH", "GITHUB_ACTIONS"])
def test_without_what_github_sets(syncdsl: Syncdsl, site: Forge, name: str) -> None:
    """Outside of such a job it says what is missing, and asks nobody."""
    (syncdsl.folder / "preview.md").write_text(PREVIEW, encoding="utf-8")
    ended = syncdsl("comment", "preview.md", **{**github(syncdsl, site), name: ""})
    assert ended.code == 3
    assert "error[SD616]" in ended.err
    assert "= help: " in ended.err
    assert site.asked == []


@pytest.mark.parametrize("name", ["GITLAB_TOKEN", "CI_MERGE_REQUEST_IID", "CI_PROJECT_ID"])
def test_without_what_gitlab_sets(syncdsl: Syncdsl, site: Forge, name: str) -> None:
    """In a pipeline of no merge request, or without a token, it says so, and asks nobody."""
    (syncdsl.folder / "preview.md").write_text(PREVIEW, encoding="utf-8")
    ended = syncdsl("comment", "preview.md", **{**gitlab(site), name: ""})
    assert (ended.code, "error[SD616]" in ended.err) == (3, True)
    assert site.asked == []


def test_a_token_is_not_sent_in_the_open(syncdsl: Syncdsl, job: dict[str, str], site: Forge) -> None:
    """An address without https that is not this machine gets no token."""
    job = {name: "http://forge.example" if value == site.url else value for name, value in job.items()}
    ended = syncdsl("comment", "preview.md", **job)
    assert ended.code == 3
    assert "error[SD607]" in ended.err


def test_a_push_is_of_no_pull_request(syncdsl: Syncdsl, site: Forge) -> None:
    """The number comes from the event: one without a pull request has none, whatever the file says."""
    (syncdsl.folder / "preview.md").write_text(PREVIEW, encoding="utf-8")
    ended = syncdsl("comment", "preview.md", **github(syncdsl, site, {"ref": "refs/heads/main", "number": 7}))
    assert ended.code == 3
    assert "of no pull request" in ended.err
    assert site.asked == []


FORKED = {
    "workflow_run": {
        "head_sha": "a" * 40,
        "head_branch": "$(touch owned)`&x=y",
        "head_repository": {"full_name": "mallory/rules", "owner": {"login": "mallory"}},
        "pull_requests": [],
    }
}


def pull(number: int, commit: str, repository: str = "mallory/rules") -> dict[str, Any]:
    """Return a pull request as lists have it."""
    return {"number": number, "head": {"sha": commit, "repo": {"full_name": repository}}}


def test_a_run_for_a_fork_finds_its_pull_request(syncdsl: Syncdsl, site: Forge) -> None:
    """It is the open one whose branch ends with the commit of the event; one that moved on gets no comment."""
    (syncdsl.folder / "preview.md").write_text(PREVIEW, encoding="utf-8")
    job = github(syncdsl, site, FORKED)
    site.pulls = [pull(6, "b" * 40), pull(8, "a" * 40, "eve/rules"), {"number": 9, "head": {"repo": None}}]
    ended = syncdsl("comment", "preview.md", **job)
    assert (ended.code, "nothing was commented on" in ended.err, site.writes) == (0, True, [])
    site.pulls.append(pull(7, "a" * 40))
    assert syncdsl("comment", "preview.md", **job).err == "made the comment on pull request 7\n"
    assert [row["body"] for row in site.comments] == [PREVIEW]


def test_several_files_are_one_comment(syncdsl: Syncdsl, site: Forge) -> None:
    """They follow each other behind one marker; what has no room is named, and a first one that has none is refused."""
    job = github(syncdsl, site)
    (syncdsl.folder / "preview.md").write_text(PREVIEW, encoding="utf-8")
    (syncdsl.folder / "comparison.md").write_text("## What this changes\n\x1b[2J\x00\n", encoding="utf-8")
    assert syncdsl("comment", "comparison.md", "preview.md", "--name", "a --> b", **job).code == 0
    text = site.comments[0]["body"]
    assert text.startswith("<!-- syncdsl preview a-b -->\n## What this changes\n")
    assert text.count("<!--") == 1
    assert text.endswith(PREVIEW.removeprefix(MARKER + "\n"))
    assert "\x1b" not in text
    assert "\x00" not in text
    (syncdsl.folder / "long.md").write_text("ü" * 40_000, encoding="utf-8")
    assert syncdsl("comment", "preview.md", "long.md", **job).code == 0
    assert "no room for <code>long.md</code>" in site.comments[1]["body"]
    refused = syncdsl("comment", "long.md", "preview.md", **job)
    assert (refused.code, "error[SD616]" in refused.err) == (3, True)
    (syncdsl.folder / "odd.md").write_bytes(b"\xff\xfe")
    assert "is no text in UTF-8" in syncdsl("comment", "odd.md", **job).err
    assert "error[SD609]" in syncdsl("comment", "none.md", **job).err
