"""Calls of one connection: authorised, paced, repeated where that is safe, and judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.services import Clock
    from syncdsl.adapters.transport.answer import Dialect
    from syncdsl.adapters.transport.problems import Problems
    from syncdsl.adapters.transport.rate import Gate
    from syncdsl.adapters.transport.tokens import AccessTokens
    from syncdsl.adapters.transport.wire import Wire
    from syncdsl.diagnostics import Fault

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Request:
    """One call, as often as it is made."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes | None
    priority: Priority
    cost: int
    heavy: bool


class Client:
    """What an adapter speaks HTTP through.

    `root` is the path that all paths are relative to, `scheme` the word before the token in the
    `Authorization` header.
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
    ) -> None:
        self._wire = wire
        self._root = root
        self._scheme = scheme
        self._tokens = tokens
        self._dialect = dialect
        self._gate = gate
        self._policy = policy
        self._clock = clock
        self.problems = problems

    def read(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
        body: Any = None,
        cost: int = 1,
        heavy: bool = False,
    ) -> Answer:
        """Make a call that changes nothing, repeating it over passing failures.

        The answer's status is below 500 and neither 401, 403 nor 429; a 4xx is the adapter's to read. `cost` is what
        the call takes of a day's budget, `heavy` whether it counts among the calls that few may be under way of.

        Raises Fault: SD701 no answer, SD702 credentials, SD703 forbidden, SD704 rate, SD709 left alone because it kept
        failing, SD705 anything else.
        """
        request = _Request(method, path, params, headers, _content(body), current_priority(), cost, heavy)
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
        cost: int = 1,
        heavy: bool = False,
    ) -> Answer | NotSent | Ambiguous:
        """Make a call that changes something; it is repeated only while it certainly had no effect.

        It carries out an effect, whatever class of work it is made in. `cost` and `heavy` are as for `read`.

        Raises Fault: SD702 credentials, SD703 forbidden, SD705 a redirect. Nothing was written then.
        """
        request = _Request(method, path, params, headers, _content(body), Priority.EFFECT, cost, heavy)
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
        with self._gate.call(priority=request.priority, cost=request.cost, heavy=request.heavy) as passage:
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


def _content(body: Any) -> bytes | None:
    return None if body is None else exact_json.write(body).encode()
