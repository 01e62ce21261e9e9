"""Calls of one connection: authorised, paced, repeated where that is safe, and judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Ambiguous, NotSent
from syncdsl.adapters.transport import exact_json
from syncdsl.adapters.transport.answer import Answer, LostError, RefusedError, UnsentError, Verdict
from syncdsl.adapters.transport.retry import RetryPolicy, repeat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.transport.answer import Dialect
    from syncdsl.adapters.transport.problems import Problems
    from syncdsl.adapters.transport.rate import Gate
    from syncdsl.adapters.transport.tokens import AccessTokens
    from syncdsl.adapters.transport.wire import Wire
    from syncdsl.diagnostics import Fault

NOTHING: Mapping[str, str] = {}


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
    ) -> None:
        self._wire = wire
        self._root = root
        self._scheme = scheme
        self._tokens = tokens
        self._dialect = dialect
        self._gate = gate
        self._policy = policy
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

        Raises Fault: SD701 no answer, SD702 credentials, SD703 forbidden, SD704 rate, SD705 anything else.
        """
        try:
            answer = repeat(lambda: self._call(method, path, params, headers, body), self._policy, write=False)
        except (UnsentError, LostError) as error:
            raise self.problems.unreachable(str(error)) from None
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

        Raises Fault: SD702 credentials, SD703 forbidden, SD705 a redirect. Nothing was written then.
        """
        try:
            answer = repeat(lambda: self._call(method, path, params, headers, body), self._policy, write=True)
        except UnsentError as error:
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

    def _call(self, method: str, path: str, params: Mapping[str, str], headers: Mapping[str, str], body: Any) -> Answer:
        token = self._tokens.current()
        answer = self._send(token, method, path, params, headers, body)
        verdict = self._dialect.verdict(answer, fresh=False)
        if verdict is Verdict.EXPIRED:
            token = self._tokens.renew(token)
            answer = self._send(token, method, path, params, headers, body)
            verdict = self._dialect.verdict(answer, fresh=True)
        if verdict is not Verdict.FINE:
            raise RefusedError(verdict, answer)
        if 300 <= answer.status < 400 and answer.status != 304:
            raise self.problems.unexpected(f"HTTP {answer.status}, a redirect, to {method} {path}; it is not followed")
        return answer

    def _send(
        self,
        token: str,
        method: str,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        body: Any,
    ) -> Answer:
        sent = {"Authorization": f"{self._scheme} {token}", **headers}
        content: bytes | None = None
        if body is not None:
            sent["Content-Type"] = "application/json;charset=UTF-8"
            content = exact_json.write(body).encode()
        with self._gate.call():
            return self._wire.exchange(method, self._root + path, params=params, headers=sent, body=content)

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
