"""Snapshots over real HTTP: what a preview rests on, taken without a write, and the same preview made of it offline."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import syncdsl
from syncdsl.state import open_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.acceptance.conftest import MakeProject, Project, Sandbox, StartSandbox

NO_SOCKETS = f"""
import sys
sys.path.insert(0, {str(Path(syncdsl.__file__).parents[1])!r})

def refuse(event, _arguments):
    if event.startswith("socket."):
        raise SystemExit("a socket was opened: " + event)

sys.addaudithook(refuse)
from syncdsl.cli import main
main()
"""


def decided(shown: str) -> dict[str, Any]:
    """Return what a preview decides: effects, what is reported, what it remembers, what limits and systems say."""
    changes = json.loads(shown)["changes"]
    names = ("effects", "expects", "baseline", "reported", "guards", "unpreviewed", "unreadable", "today")
    costs = [{**estimate, "left": None} for estimate in changes["estimates"]]
    # What is left of the day's calls is another figure after every call.
    guards = [guard for guard in changes["guards"] if guard["kind"] != "quota"]
    return {**{name: changes[name] for name in names}, "estimates": costs, "guards": guards}


def previewed(project: Project, *options: str) -> dict[str, Any]:
    """Return what a preview of the systems decides."""
    return decided(project.run("plan", "--format", "json", *options, code=None).stdout)


def offline(project: Project, *options: str) -> dict[str, Any]:
    """Return what a preview on a snapshot decides, with no credentials, no socket and no state."""
    script = project.folder / "no_sockets.py"
    script.write_text(NO_SOCKETS, encoding="utf-8")
    state, aside = project.state, project.state.with_name("aside.db")
    if state.exists():
        state.rename(aside)
    kept = project.environment, project.program
    secret = {name for name in project.environment if name.startswith(("SYNCDSL_CRM", "SYNCDSL_BOOKS"))}
    project.environment = {name: value for name, value in project.environment.items() if name not in secret}
    project.program = (sys.executable, str(script))
    try:
        shown = project.run("plan", "--offline", "a.snapshot", "--format", "json", *options, code=None)
    finally:
        project.environment, project.program = kept
        script.unlink()
    assert shown.stdout, shown.stderr
    assert not state.exists()
    if aside.exists():
        aside.rename(state)
    return decided(shown.stdout)


def take(project: Project, *options: str) -> None:
    """Take a snapshot."""
    project.run("snapshot", "take", "--out", "a.snapshot", *options)


def unpacked(project: Project) -> str:
    """Return every byte of the snapshot, decompressed."""
    return gzip.decompress((project.folder / "a.snapshot").read_bytes()).decode("utf-8", "surrogatepass")


def state_digest(project: Project) -> str:
    """Return the digest of what the state remembers."""
    return open_state(f"sqlite:///{project.state}", base=project.folder, read_only=True).digest()


def test_an_offline_preview_equals_the_online_one(make_project: MakeProject, start_sandbox: StartSandbox) -> None:
    """On first contact, and after both sides were edited, records came and went, it decides what an online one does."""
    sandbox = start_sandbox(records=60)
    project = make_project(sandbox)
    take(project)
    assert offline(project) == previewed(project)
    project.run("apply", "--yes", code=None)
    account = sandbox.account(Account_Name="Fresh GmbH")
    sandbox.change("Accounts", account, Phone="+49 30 7654321")
    customers = sandbox.customers()
    body = {"notes": "called", "website": "https://new.example"}
    sandbox.books.put(f"/contacts/{customers[0]['contact_id']}", json=body)
    sandbox.books.delete(f"/contacts/{customers[1]['contact_id']}")
    take(project)
    online = previewed(project)
    assert online["effects"]
    assert offline(project) == online
    assert offline(project, "--sweep") == previewed(project, "--sweep")
    target = project.run("plan", "--target", "customers", "--format", "json", code=None).stdout
    assert offline(project, "--target", "customers") == decided(target)


def test_taking_a_snapshot_writes_nothing(project: Project, sandbox: Sandbox) -> None:
    """No system gets a mutating request, the state stays as it is to the byte, and only its owner may read the file."""
    sandbox.account(Account_Name="Acme GmbH", Phone="+49 30 1234567")
    project.run("apply", "--yes")
    sandbox.account(Account_Name="Fresh GmbH")
    before, remembered, stored = sandbox.last(), state_digest(project), project.state.read_bytes()
    take(project)
    assert sandbox.writes(before) == []
    assert sandbox.last() > before
    assert state_digest(project) == remembered
    assert project.state.read_bytes() == stored
    assert (project.folder / "a.snapshot").stat().st_mode & 0o777 == 0o600


def test_a_snapshot_can_be_taken_before_there_is_a_state(project: Project, sandbox: Sandbox) -> None:
    """Where nothing was ever applied a snapshot is taken all the same, and makes no state."""
    sandbox.account(Account_Name="Acme GmbH")
    take(project)
    assert not project.state.exists()
    assert [effect["kind"] for effect in offline(project)["effects"]] == ["create"]


def test_pseudonyms_leave_no_person_in_the_file(project: Project, sandbox: Sandbox) -> None:
    """No byte of the file tells a name, address or number of a record, and the preview has the same kinds of effects."""
    canaries = ("Canary GmbH", "Zebra Ltd", "+49 30 55501", "canary.example", "Kanarienweg 7", "Vogelstadt")
    sandbox.account(
        Account_Name=canaries[0], Phone=canaries[2], Website=f"https://{canaries[3]}", Billing_City=canaries[5]
    )
    sandbox.account(Account_Name="Settled GmbH", Billing_Street=canaries[4])
    project.run("apply", "--yes")
    sandbox.account(Account_Name=canaries[1])
    made = sandbox.books.post("/contacts", json={"contact_name": canaries[1].lower(), "phone": "+44 20 7946 0999"})
    assert made.status_code == 201, made.text
    take(project, "--pseudonymise", "--all-fields")
    held = unpacked(project).casefold()
    for canary in (*canaries, "settled gmbh", "555-01", "7946"):
        assert canary.casefold() not in held, canary
    kinds = sorted(effect["kind"] for effect in previewed(project)["effects"])
    assert sorted(effect["kind"] for effect in offline(project)["effects"]) == kinds
    assert "pseudonyms" in project.run("snapshot", "show", "a.snapshot").stdout


def test_sensitive_values_are_never_in_the_file(project: Project, sandbox: Sandbox) -> None:
    """A field that the schema snapshot marks as sensitive is told by pseudonyms alone, linked or not."""
    schema = project.folder / "schema" / "crm.json"
    data = json.loads(schema.read_text(encoding="utf-8"))
    data["modules"]["Accounts"]["fields"]["Phone"]["sensitive"] = True
    schema.write_text(json.dumps(data, indent=2), encoding="utf-8")
    sandbox.account(Account_Name="Acme GmbH", Phone="+49 30 55501")
    project.run("apply", "--yes")
    sandbox.account(Account_Name="Fresh GmbH", Phone="+49 30 55502")
    take(project)
    held = unpacked(project)
    assert "Fresh GmbH" in held
    assert "55501" not in held
    assert "55502" not in held


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flipped(data: bytes) -> bytes:
    text = gzip.decompress(data)
    return gzip.compress(text.replace(b"Acme GmbH", b"Acne GmbH", 1))


def _without_end(data: bytes) -> bytes:
    return gzip.compress(b"".join(gzip.decompress(data).splitlines(keepends=True)[:-1]))


def _newer(data: bytes) -> bytes:
    return gzip.compress(gzip.decompress(data).replace(b"syncdsl/snapshot/1", b"syncdsl/snapshot/9", 1))


def _longer(data: bytes) -> bytes:
    return gzip.compress(gzip.decompress(data) + b"{}\n")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_cut, "it is cut off"),
        (_flipped, "it was altered"),
        (_without_end, "it is cut off"),
        (_newer, "of another version of syncdsl (`syncdsl/snapshot/9`"),
        (_longer, "something stands behind its end"),
        (lambda _data: b"no snapshot at all\n", "it is not a snapshot"),
        (lambda _data: gzip.compress(b'{"format":"syncdsl/changes/2"}\n'), "it is no snapshot, it is"),
        (lambda _data: b"", "it is empty"),
    ],
)
def test_a_snapshot_that_is_not_whole_is_refused(
    project: Project, sandbox: Sandbox, damage: Callable[[bytes], bytes], said: str
) -> None:
    """Cut off, edited, of another version, no snapshot: each is said by a message of its own, and nothing is decided."""
    sandbox.account(Account_Name="Acme GmbH")
    take(project)
    path = project.folder / "a.snapshot"
    path.write_bytes(damage(path.read_bytes()))
    for command in (("plan", "--offline", "a.snapshot", "--out", "a.json"), ("snapshot", "show", "a.snapshot")):
        ended = project.run(*command, code=3)
        assert "SD895" in ended.stderr
        assert said in ended.stderr
        assert ended.stdout == ""
    assert not (project.folder / "a.json").exists()


def test_a_snapshot_without_what_the_rules_read_names_it(project: Project, sandbox: Sandbox) -> None:
    """Rules that read more than was recorded are refused with the module and the fields; `--all-fields` has them."""
    sandbox.account(Account_Name="Acme GmbH", Fax="+49 30 9")
    take(project)
    rules = project.folder / "rules" / "customers.sync"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("Description -> notes, when empty", "Fax -> notes"), encoding="utf-8")
    ended = project.run("plan", "--offline", "a.snapshot", "--out", "a.json", code=3)
    assert "SD896" in ended.stderr
    assert "`Fax` of `crm.Accounts`" in ended.stderr
    assert "--all-fields" in ended.stderr
    assert not (project.folder / "a.json").exists()
    rules.write_text(text, encoding="utf-8")
    take(project, "--all-fields")
    rules.write_text(text.replace("Description -> notes, when empty", "Fax -> notes"), encoding="utf-8")
    assert offline(project) == previewed(project)


def test_a_change_set_of_a_snapshot_is_not_applied(project: Project, sandbox: Sandbox) -> None:
    """It says that it was previewed on a snapshot; an apply of it is refused before anything is read."""
    sandbox.account(Account_Name="Acme GmbH")
    take(project)
    project.run("plan", "--offline", "a.snapshot", "--out", "a.json")
    assert json.loads((project.folder / "a.json").read_text(encoding="utf-8"))["observed"] == "snapshot"
    before = sandbox.last()
    ended = project.run("apply", "a.json", code=3)
    assert "SD897" in ended.stderr
    assert sandbox.last() == before


def test_what_a_snapshot_holds_is_shown(project: Project, sandbox: Sandbox) -> None:
    """`show` tells when and of what it was taken, what it holds, and needs no project."""
    sandbox.account(Account_Name="Acme GmbH")
    project.run("apply", "--yes")
    take(project)
    text = project.run("snapshot", "show", "a.snapshot").stdout
    assert "crm.Accounts" in text
    assert "1 link" in text
    told = json.loads(project.run("snapshot", "show", "a.snapshot", "--format", "json").stdout)
    assert told["format"] == "syncdsl/snapshot-contents/1"
    assert {module["module"]: module["records"] for module in told["modules"]}["Accounts"] == 1
    assert told["rows"]["link"] == 1


def test_the_rules_in_force_can_be_previewed_on_a_snapshot(project: Project, sandbox: Sandbox) -> None:
    """`--in-force --offline` decides by the rules that were in force when the snapshot was taken."""
    sandbox.account(Account_Name="Acme GmbH")
    ended = project.run("snapshot", "take", "--out", "a.snapshot")
    assert "SD831" in project.run("plan", "--in-force", "--offline", "a.snapshot", code=None).stderr
    project.run("apply", "--yes")
    sandbox.account(Account_Name="Fresh GmbH")
    take(project)
    assert offline(project, "--in-force") == previewed(project, "--in-force")
    assert ended.stdout == ""


