from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.adapters.conftest import SECRETS, Clock, Script

from syncdsl.adapters.services import OwnMemory, Services
from syncdsl.adapters.transport.sealing import Seal, fingerprint
from syncdsl.adapters.transport.token_store import MOST, WINDOW_SECONDS, Token, TokenStore, Turn
from syncdsl.diagnostics import Fault
from syncdsl.state.shared import SharedFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXPIRED: Any = (401, {"code": "INVALID_TOKEN", "message": "invalid oauth token", "status": "error"}, {})

PROCESS = """
import sys
from pathlib import Path
from syncdsl.adapters.protocol import ConnectionSettings
from syncdsl.adapters.services import Services
from syncdsl.adapters.zoho.connect import connect
from syncdsl.adapters.zoho.limits import CRM
from syncdsl.adapters.zoho_crm.dialect import CrmDialect
from syncdsl.state.shared import SharedFile
secrets = {"client_id": "c", "client_secret": "canary-client-secret", "refresh_token": "canary-refresh-token"}
services = Services(shared=SharedFile(Path(sys.argv[2])))
settings = ConnectionSettings(name="here", adapter="zoho_crm", data_centre=None, organization=None, url=sys.argv[1],
                              secrets=secrets, services=services)
line = connect(settings, root="", dialect=CrmDialect(), limits=CRM)
for _ in range(3):
    line.client.read("GET", "/x")
line.close()
services.shared.close()
"""


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[SharedFile]:
    with closing(SharedFile(tmp_path / "shared.db")) as file:
        yield file


def store(services: Services, **changes: str) -> TokenStore:
    return TokenStore(services, accounts="http://127.0.0.1:1", **{**SECRETS, **changes})


def test_a_seal_opens_with_its_own_secrets_alone() -> None:
    sealed = Seal("one", "two").close("the token")
    assert Seal("one", "two").open(sealed) == "the token"
    assert Seal("one", "other").open(sealed) is None
    assert Seal("one", "two").open(sealed[:-4]) is None
    assert Seal("onetw", "o").open(sealed) is None


def test_processes_make_one_token(script: Script, tmp_path: Path) -> None:
    """Three processes that start together, and one that starts later, make one token between them; none is on disk."""
    path = tmp_path / "shared.db"
    command = [sys.executable, "-c", PROCESS, script.url, str(path)]
    together = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(timeout=60) for process in together] == [0, 0, 0]
    subprocess.run(command, check=True, timeout=60)
    assert script.issued == 1
    assert len(script.calls) == 12
    for file in tmp_path.iterdir():
        assert b"canary" not in file.read_bytes()


def test_a_refused_token_is_replaced_once_for_all(script: Script, shared: SharedFile) -> None:
    """Two connections hold a token that is refused: the first one makes another, the second takes that."""
    services = Services(clock=script.clock, shared=shared)
    clients = [script.client(services=services) for _ in range(2)]
    for client in clients:
        client.read("GET", "/x")
    script.answers = [EXPIRED]
    clients[0].read("GET", "/x")
    script.answers = [EXPIRED]
    clients[1].read("GET", "/x")
    assert script.issued == 2
    assert [call.split()[2] for call in script.calls] == ["1", "1", "1", "2", "1", "2"]


def test_a_token_is_replaced_before_it_ends(script: Script) -> None:
    client = script.client()
    client.read("GET", "/x")
    script.clock.sleep(3500)
    client.read("GET", "/x")
    assert script.issued == 1
    script.clock.sleep(60)
    client.read("GET", "/x")
    assert script.issued == 2


def test_tokens_of_others_are_not_taken(shared: SharedFile) -> None:
    """Other secrets open nothing; another refresh token has another place."""
    services = Services(clock=Clock(), shared=shared)
    own = store(services)
    own.made(Token(text="canary", good_until=services.clock.now() + 100))
    assert own.token() == Token(text="canary", good_until=services.clock.now() + 100)
    assert own.token(refused="canary") is None
    assert store(services, client_secret="another").token() is None
    assert store(services, refresh_token="another").token() is None


def test_no_more_than_ten_tokens_in_ten_minutes(script: Script, shared: SharedFile) -> None:
    """Connections that have each token refused are stopped before the limit of the accounts server, all together."""
    services = Services(clock=script.clock, shared=shared)
    for number in range(MOST):
        script.answers = [EXPIRED] if number else []
        script.client(services=services).read("GET", "/x")
    assert script.issued == MOST
    script.answers = [EXPIRED]
    with pytest.raises(Fault) as caught:
        script.client(services=services).read("GET", "/x")
    assert caught.value.code.id == "SD704"
    assert script.issued == MOST
    script.clock.sleep(WINDOW_SECONDS)
    script.answers = [EXPIRED]
    script.client(services=services).read("GET", "/x")
    assert script.issued == MOST + 1


def test_a_refusal_does_not_count(script: Script) -> None:
    """Whoever types a secret wrong many times is not kept from the right one."""
    script.tokens = [(200, {"error": "invalid_client_secret"}, {})] * 15
    for _ in range(15):
        with pytest.raises(Fault) as caught:
            script.client().read("GET", "/x")
        assert caught.value.code.id == "SD702"
    script.client().read("GET", "/x")


def test_the_turn_of_a_dead_process_passes_on() -> None:
    memory = OwnMemory()
    services = Services(clock=Clock(), shared=memory)
    assert store(services).take_turn() is Turn.OURS
    name = next(iter(memory._texts))
    stored = json.loads(memory._texts[name])
    memory._texts[name] = json.dumps({**stored, "turn": ["another process", services.clock.now()]})
    assert store(services).take_turn() is Turn.OURS


def test_threads_and_a_process_wait_for_the_one_who_makes_it() -> None:
    """The turn is one process's; the other one sees the token when it is made."""
    services = Services(clock=Clock(), shared=OwnMemory())
    first, second = store(services), store(services)
    assert first.take_turn() is Turn.OURS
    assert second.take_turn() is Turn.THEIRS
    thread = threading.Thread(target=first.made, args=(Token(text="made", good_until=services.clock.now() + 100),))
    thread.start()
    thread.join()
    token = second.token()
    assert token is not None
    assert token.text == "made"


def test_a_place_of_the_users_own_is_used(script: Script) -> None:
    """With a keyring the token lies there, and not in what processes share."""

    class Place(dict[str, str]):
        def load(self, name: str) -> str | None:
            return self.get(name)

        def save(self, name: str, text: str) -> None:
            self[name] = text

        def drop(self, name: str) -> None:
            self.pop(name, None)

    place, memory = Place(), OwnMemory()
    services = Services(clock=script.clock, shared=memory, tokens=place)
    for _ in range(2):
        script.client(services=services).read("GET", "/x")
    assert script.issued == 1
    assert list(place) == [fingerprint(script.url, SECRETS["client_id"], SECRETS["refresh_token"])]
    assert json.loads(memory.read(f"tokens {next(iter(place))}") or "")["sealed"] is None
