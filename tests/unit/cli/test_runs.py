"""Runs listed and told, what they failed with retried and dismissed, with two systems in memory behind a project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from jsonschema import validate
from tests.unit.cli.conftest import Here
from tests.unit.cli.shop import NULL, Shop, opened_shop

from syncdsl.project.template import create_project
from syncdsl.render.runs_json import refused_schema, run_schema, runs_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.cli.conftest import Syncdsl


@pytest.fixture
def shop(syncdsl: Syncdsl) -> Iterator[Shop]:
    """Return the project, after one apply."""
    with opened_shop(syncdsl) as made:
        yield made


def test_runs_are_listed_with_what_they_wrote(shop: Shop) -> None:
    """The newest last, figures by kind; `--failed` leaves out what went well, and JSON has the published form."""
    shop.takes_all()
    shop.sync()
    shop.sync()
    lines = shop.run("runs").out.splitlines()
    assert [line.split()[-5:] for line in lines[1:]] == [
        ["1", "-", "-", "2", "-"],
        ["2", "-", "-", "-", "-"],
        ["-", "-", "-", "-", "-"],
    ]
    assert len(shop.run("runs", "--limit", "1").out.splitlines()) == 2
    assert len(shop.run("runs", "--failed").out.splitlines()) == 2
    data = shop.json("runs")
    validate(data, runs_schema())
    told = [{name: run[name] for name in ("added", "failed", "held")} for run in data["runs"]]
    assert told[-1] == {"added": 1, "failed": 2, "held": 0}


def test_no_run_is_on_file(syncdsl: Syncdsl) -> None:
    """A new project says so, and a run in good order is no trouble."""
    create_project(syncdsl.folder / "mine")
    run = Here(syncdsl.folder / "mine", {**syncdsl.environment, "PYTHON_KEYRING_BACKEND": NULL})
    assert run("runs").out == "No run is on file.\n"
    assert run("runs", "failed").out == "No write is refused.\n"
    assert run("runs", "--failed").out == "No run failed, and no write was refused.\n"
    assert not (run.folder / ".syncdsl").exists()


def test_a_run_is_shown_by_the_first_letters_of_its_id(shop: Shop) -> None:
    """By rule and system, and of each refused write the record, the system's words and what to do about it."""
    (run,) = shop.json("runs")["runs"]
    done = shop.run("runs", "show", run["id"][:6])
    assert done.code == 0
    assert done.out.startswith(f"Run {run['id']}")
    assert "\n  books  1 added\n" in done.out
    assert "\n  books  2 refused\n" in done.out
    assert f"      Bolt  for crm.Accounts/{shop.bolt}\n          15: not on Mondays␛[31m" in done.out
    (item,) = (one["item"] for one in shop.json("runs", "failed")["refused"] if one["label"] == "Bolt")
    assert f"correct it, then `syncdsl runs retry {item}`; or `syncdsl runs dismiss {item}`" in done.out
    assert "\x1b" not in done.out
    data = shop.json("runs", "show", run["id"])
    validate(data, run_schema())
    kinds = [(one["kind"], one["now"]) for one in data["writes"]]
    assert sorted(kinds) == [("added", ""), ("failed", "open"), ("failed", "open")]
    shop.run("runs", "dismiss", item)
    shop.takes_all()
    shop.sync()
    told = shop.run("runs", "show", run["id"]).out
    assert "it was dismissed since" in told
    assert "it went through since, or is not wanted any more" in told


def test_the_fault_that_ended_a_run_is_told(shop: Shop) -> None:
    """With its code and what to do; in the list as well, and such a run counts as failed."""
    state = shop.state()
    (run,) = state.runs(1)
    state.start_run("bad000000000", "sync", run.plan_digest, run.started.replace(year=run.started.year + 1), by="ada")
    fault = {"code": "SD701", "message": "no answer of `crm`", "help": "look at the network"}
    state.end_run("bad000000000", run.started.replace(year=run.started.year + 1), {}, error=fault)
    state.close()
    assert shop.run("runs").out.splitlines()[-1].endswith("SD701 no answer of `crm`")
    told = shop.run("runs", "show", "bad").out
    assert "Ended by SD701: no answer of `crm`\n  help: look at the network\n" in told
    assert "by ada" in told


@pytest.mark.parametrize("wanted", ["zzz", "", "%"])
def test_a_run_that_is_none_is_said_so(shop: Shop, wanted: str) -> None:
    """SD874, with the nearest id or the command that lists them."""
    done = shop.run("runs", "show", wanted)
    assert done.code == 3
    assert "SD874" in done.err
    assert "`syncdsl runs` lists the last ones" in done.err


def test_a_prefix_of_several_runs_names_none(shop: Shop) -> None:
    """All of them are listed, and nobody is guessed; of a mistyped id the nearest is offered."""
    state = shop.state()
    (run,) = state.runs(1)
    for run_id in ("abcdef000001", "abcdef000002"):
        state.start_run(run_id, "apply", "", run.started)
    state.close()
    done = shop.run("runs", "show", "abc")
    assert re.search("SD874.*\n?.*`abcdef000001`, `abcdef000002`", done.err)
    assert "did you mean `abcdef000001`?" in shop.run("runs", "show", "abcdef00001x").err


def test_failed_records_are_listed_with_reason_and_tries(shop: Shop) -> None:
    """Since when, how often, in the system's words; harmless for the terminal, and as JSON in the published form."""
    shop.sync(7)
    done = shop.run("runs", "failed")
    assert done.code == 0
    assert done.out.startswith("2 records refused\n")
    assert "books refused it (15): not on Mondays␛[31m" in done.out
    assert "tried 2 times, last just now" in done.out
    assert "\x1b" not in done.out
    data = shop.json("runs", "failed")
    validate(data, refused_schema())
    assert {one["record"] for one in data["refused"]} == {
        f"crm.Accounts/{shop.bolt}",
        f"crm.Accounts/{shop.coil}",
    }


def test_what_is_retried_goes_through_or_says_why_not(shop: Shop) -> None:
    """One by its name, then all of them at once; the exit code tells whether anything is refused still."""
    done = shop.run("runs", "retry", "crm.Accounts/Bolt")
    assert done.code == 7, done.err
    assert "15: not on Mondays" in done.out
    assert [one["times"] for one in shop.json("runs", "failed")["refused"]] == [2, 1]
    shop.takes_all()
    done = shop.run("runs", "retry")
    assert done.code == 0, done.err
    assert "Nothing of it is refused any more." in done.out
    assert shop.customers() == ["Acme", "Bolt", "Coil"]
    assert "there is nothing to try again" in shop.run("runs", "retry").out


def test_what_is_dismissed_rests_until_it_changes(shop: Shop) -> None:
    """No failure, no change in a preview, listed on request; a changed record is tried again and goes through."""
    done = shop.run("runs", "dismiss", f"crm.Accounts/{shop.bolt}", "crm.Accounts/Coil", "--comment", "test records")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Dismissed 2 refused writes, until something changes.\n")
    shop.takes_all()
    assert "2 refused and dismissed" in shop.sync().out
    assert shop.customers() == ["Acme"]
    assert "2 dismissed: `syncdsl runs failed --dismissed` lists them" in shop.run("runs", "failed").out
    listed = shop.run("runs", "failed", "--dismissed").out
    assert listed.startswith("2 records dismissed, until something about it changes\n")
    assert ": test records" in listed
    queue = shop.run("review", "list").out
    assert queue.startswith("0 open\n2 dismissed, until something about it changes\n")
    assert "decided: dismiss, by" in queue
    shop.crm.edit("Accounts", shop.bolt, {"Phone": "+49 30 1"})
    shop.sync()
    assert shop.customers() == ["Acme", "Bolt"]
    assert shop.run("runs", "retry", "crm.Accounts/Coil").code == 0
    assert shop.customers() == ["Acme", "Bolt", "Coil"]


def test_review_resolve_dismisses_as_well(shop: Shop) -> None:
    """The queue offers the same choice, and takes it back."""
    (item, _) = shop.json("review", "list")["items"]
    assert (item["choices"], item["left"], item["right"]) == (["retry", "dismiss"], None, None)
    assert "until the record changes on either side" in shop.run("review", "show", item["id"]).out
    assert shop.run("review", "resolve", item["id"], "dismiss").code == 0
    assert len(shop.json("runs", "failed")["refused"]) == 1
    assert shop.run("review", "resolve", item["id"], "retry").code == 0
    assert len(shop.json("runs", "failed")["refused"]) == 2
    shop.run("review", "export", "open.csv")
    assert '"writes"' not in (shop.run.folder / "open.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("command", ["retry", "dismiss"])
def test_a_record_that_was_not_refused_is_said_so(shop: Shop, command: str) -> None:
    """SD875 with the list; nothing is tried or dismissed, of the others neither."""
    done = shop.run("runs", command, "crm.Accounts/Bolt", "crm.Accounts/Acme")
    assert done.code == 3
    assert "SD875" in done.err
    assert "`syncdsl runs failed`" in done.err
    assert shop.json("runs", "failed")["dismissed"] == 0
    assert "SD825" in shop.run("runs", command, "crm.Accounts/Nobody").err
    assert "SD828" in shop.run("runs", command, "nonsense").err


def test_options_of_the_list_stay_with_the_list(shop: Shop) -> None:
    """An unknown command has the nearest named, and an option that would do nothing is refused."""
    assert "did you mean `failed`" in shop.run("runs", "faild").err
    assert shop.run("runs", "--limit", "2", "failed").code == 3
    assert shop.run("runs", "--env", "test", "failed").code == 0
    assert "nowhere" in shop.run("runs", "--env", "nowhere", "failed").err


def test_while_syncing_is_off_nothing_is_retried(shop: Shop) -> None:
    """SD830, as an apply says it; a dismissal needs no run."""
    shop.run("disable", "--yes")
    assert "SD830" in shop.run("runs", "retry").err
    assert shop.run("runs", "dismiss", "crm.Accounts/Bolt").code == 0
