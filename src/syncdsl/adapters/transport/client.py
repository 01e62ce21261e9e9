"""Calls of one connection: authorised, paced, repeated where that is safe, and judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from syncdsl.adapters.priority import Priority, current_priority
from syncdsl.adapters.protocol import Ambiguous, NotSent
from syncdsl.adapters.transport import exact_json
from syncdsl.adapters.transport.answer import (
    Answer,
    HeldBackError,
    LostError,
    RefusedError,
    UnsentError,
    Verdict,
)
from syncdsl.adapters.transport.rate import Ending
from syncdsl.adapters.transport.retry import RetryPolicy, repeat
from syncdsl.adapters.transport.windows import Cost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from syncdsl.adapters.services import Clock
    from syncdsl.adapters.transport.answer import Dialect
    from syncdsl.adapters.transport.problems import Problems
    from syncdsl.adapters.transport.rate import Gate
    from syncdsl.adapters.transport.tokens import AccessTokens
    from syncdsl.adapters.transport.wire import Wire
    from syncdsl.diagnostics import Fault

NOTHING: Mapping[str, str] = {}

Costs: TypeAlias = "Callable[[str, str, Mapping[str, str], Any], Cost]"
"""The cost of a call by its method, path, parameters and body."""


@dataclass(frozen=True, slots=True)
class _Request:
    """One call, as often as it is made."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes | None
    priority: Priority
    cost: Cost


def _one(_method: str, _path: str, _params: Mapping[str, str], _body: Any) -> Cost:
    return Cost()


class Client:
    """What an adapter speaks HTTP through.

    `root` is the path that all paths are relative to, `scheme` the word before the token in the `Authorization` header.
    `costs` tells of a call what it takes of the organisation's budget; without it every call takes one.
    """

    def __init__(
        self,
        *,
        wire: Wire,
        root: str,
        scheme: str,
        tokens: AccessTokens,
        dialect: Dialect,
        gate: Gate,
        policy: RetryPolicy,
        problems: Problems,
        clock: Clock,
        costs: Costs = _one,
    ) -> None:
        self._wire = wire
        self._root = root
        self._scheme = scheme
        self._tokens = tokens
        self._dialect = dialect
        self._gate = gate
        self._policy = policy
        self._clock = clock
        self._costs = costs
        self.problems = problems

    def read(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
        body: Any = None,
    ) -> Answer:
        """Make a call that changes nothing, repeating it over passing failures.

        The answer's status is below 500 and neither 401, 403 nor 429; a 4xx is the adapter's to read.

        Raises Fault: SD701 no answer, SD702 credentials, SD703 forbidden, SD704 rate, SD709 left alone because it kept
        failing, SD705 anything else.
        """
        request = self._request(method, path, params, headers, body, current_priority())
        try:
            answer = repeat(lambda: self._call(request), self._policy, write=False, clock=self._clock)
        except (UnsentError, LostError) as error:
            raise self.problems.unreachable(str(error)) from None
        except HeldBackError as error:
            raise self.problems.held_back(error) from None
        except RefusedError as error:
            raise self._fault(error) from None
        if answer.broken:
            raise self.problems.unexpected(f"HTTP {answer.status} to {method} {path}, and the body is not JSON")
        return answer

    def write(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
        body: Any = None,
    ) -> Answer | NotSent | Ambiguous:
        """Make a call that changes something; it is repeated only while it certainly had no effect.

        It carries out an effect, whatever class of work it is made in.

        Raises Fault: SD702 credentials, SD703 forbidden, SD705 a redirect. Nothing was written then.
        """
        request = self._request(method, path, params, headers, body, Priority.EFFECT)
        try:
            answer = repeat(lambda: self._call(request), self._policy, write=True, clock=self._clock)
        except (UnsentError, HeldBackError) as error:
            return NotSent(reason=str(error))
        except LostError as error:
            return Ambiguous(reason=str(error))
        except RefusedError as error:
            if error.verdict is Verdict.BUSY:
                return NotSent(reason=self.words(error.answer) or "refused for its rate")
            if error.verdict is Verdict.FAILING:
                return Ambiguous(reason=f"HTTP {error.answer.status} {self.words(error.answer)}".rstrip())
            raise self._fault(error) from None
        if answer.broken:
            return Ambiguous(reason=f"HTTP {answer.status}, and the body is not JSON")
        return answer

    def words(self, answer: Answer) -> str:
        """Return the system's own words about an answer, without secrets."""
        return self.clean(self._dialect.words(answer))

    def clean(self, text: str) -> str:
        """Return text without secrets."""
        return self.problems.redactor.clean(text)

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        body: Any,
        priority: Priority,
    ) -> _Request:
        content = None if body is None else exact_json.write(body).encode()
        return _Request(method, path, params, headers, content, priority, self._costs(method, path, params, body))

    def _call(self, request: _Request) -> Answer:
        token = self._tokens.current()
        answer, verdict = self._send(request, token, fresh=False)
        if verdict is Verdict.EXPIRED:
            token = self._tokens.renew(token)
            answer, verdict = self._send(request, token, fresh=True)
        if verdict is not Verdict.FINE:
            raise RefusedError(verdict, answer)
        if 300 <= answer.status < 400 and answer.status != 304:
            what = f"HTTP {answer.status}, a redirect, to {request.method} {request.path}; it is not followed"
            raise self.problems.unexpected(what)
        return answer

    def _send(self, request: _Request, token: str, *, fresh: bool) -> tuple[Answer, Verdict]:
        headers = {"Authorization": f"{self._scheme} {token}", **request.headers}
        if request.content is not None:
            headers["Content-Type"] = "application/json;charset=UTF-8"
        path = self._root + request.path
        with self._gate.call(priority=request.priority, cost=request.cost) as passage:
            answer = self._wire.exchange(
                request.method, path, params=request.params, headers=headers, body=request.content
            )
            verdict = self._dialect.verdict(answer, fresh=fresh)
            passage.ended = Ending.FAILED if verdict is Verdict.FAILING else Ending.ANSWERED
            if verdict is Verdict.BUSY:
                passage.pause = answer.retry_after
        return answer, verdict

    def _fault(self, error: RefusedError) -> Fault:
        words = self.words(error.answer) or f"HTTP {error.answer.status}"
        match error.verdict:
            case Verdict.EXPIRED:
                return self.problems.not_authenticated(words)
            case Verdict.FORBIDDEN:
                return self.problems.not_permitted(words)
            case Verdict.BUSY:
                return self.problems.rate_limited(words, error.answer.retry_after)
            case Verdict.FAILING | Verdict.FINE:
                return self.problems.unexpected(f"HTTP {error.answer.status} {words}")
