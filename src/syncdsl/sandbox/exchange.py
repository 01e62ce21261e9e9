"""One HTTP exchange, apart from any web framework: the call that came in and the reply that goes out.

Handlers are plain functions from `Call` to `Reply`. They run on the server's only thread, inside one database
transaction and without interleaving, so a check followed by a write needs no lock.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request: header names are lower case, `variables` are the parts that the route's path names.

    `template` is the route's path, with the module filled in; empty where no route fits.
    """

    method: str
    path: str
    base_url: str
    template: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """Return the parsed body (of the form field `JSONString`, where one is sent).

        Raises ValueError when it is not JSON, or JSON that could not be stored and sent back.
        """
        text: str | bytes = self.form.get("JSONString", "") or self.body
        try:
            value = json.loads(text, parse_constant=_refuse_constant)
            json.dumps(value, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: `content` is sent as JSON, None sends an empty body.

    `module` and `created` name what the call brought into being; the ledger and the held responses go by
    them.
    """

    status: int = 200
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    module: str | None = None
    created: tuple[str, ...] = ()


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


Handler = Callable[[Call], Reply]


class RefusedError(Exception):
    """The call is answered with an error; whatever the handler wrote so far is rolled back."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"refused with HTTP {reply.status}")
        self.reply = reply
