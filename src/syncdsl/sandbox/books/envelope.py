"""Zoho Books' words for what goes wrong: `{"code": …, "message": …}` (Zoho Books API v3, Errors).

Zoho documents few codes. Those marked *assumed* are this sandbox's choice: clients should go by the HTTP
status and show the message.
"""

from syncdsl.sandbox.exchange import RefusedError, Reply

INVALID_VALUE = 2
INVALID_URL = 5
NO_ORGANISATION = 6  # assumed
TOO_LONG = 15  # assumed
NOT_AUTHORISED = 57
BLOCKED = 43
NOT_FOUND = 1002
FOREIGN_ORGANISATION = 6041  # assumed
NAME_TAKEN = 3062
HAS_TRANSACTIONS = 1004  # of zohopy's table of codes, as IN_USE
DUPLICATE_FIELD_VALUE = 120140  # assumed
AUTOMATIC_NUMBER = 4097  # assumed
NUMBER_TAKEN = 1001  # assumed for invoices
ITEM_TAKEN = 1001  # assumed
WRONG_STATUS = 4012  # assumed
HAS_PAYMENTS = 4013  # assumed
OVERPAID = 24016  # assumed
IN_USE = 36
NOT_MERGEABLE = 4018  # assumed
NAME_TAKEN_ELSEWHERE = 1001  # assumed
NO_LINES = 4016  # of zohopy's table of codes
WRONG_ITEM = 4017  # assumed
INTERNAL = 1000

TOO_MANY_REQUESTS = (
    "For security reasons you have been blocked for some time as you have exceeded the maximum number of "
    "requests per minute."
)

LIMITS = {
    BLOCKED: TOO_MANY_REQUESTS,
    # The wording of 44 and 1070 is this sandbox's; clients should go by the code.
    44: "You have exceeded the maximum number of requests allowed per minute.",
    45: "The API call for this organization has exceeded the maximum call rate limit of 10,000.",
    1070: "You have exceeded the maximum number of concurrent API calls.",
}

STATUSES = {
    401: (NOT_AUTHORISED, "You are not authorized to perform this operation"),
    404: (INVALID_URL, "Invalid URL Passed"),
    405: (INVALID_URL, "Invalid URL Passed"),
    413: (INVALID_VALUE, "The request is too large."),
    429: (BLOCKED, TOO_MANY_REQUESTS),
    500: (INTERNAL, "An internal error occurred. Please try again later."),
}


def refused(code: int, message: str, *, status: int = 400) -> RefusedError:
    """Return the exception that answers the call with this error."""
    return RefusedError(Reply(status=status, content={"code": code, "message": message}))


def invalid_value(name: str) -> RefusedError:
    """Return the refusal of a parameter or body key."""
    return refused(INVALID_VALUE, f"Invalid value passed for {name}")


def unknown(entity: str, *, status: int = 404) -> RefusedError:
    """Return the refusal of an id that names nothing; for ids inside a body HTTP 400 is assumed."""
    return refused(NOT_FOUND, f"{entity} does not exist.", status=status)


class BooksEnvelope:
    """Books' answers outside its handlers."""

    def unauthorised(self, *, token_given: bool) -> Reply:  # noqa: ARG002 - Books words both cases alike
        """Answer a call without a token, or with one that is not live."""
        return self.failure(401)

    def unknown_path(self) -> Reply:
        """Answer a call of a path that does not exist."""
        return self.failure(404)

    def wrong_method(self) -> Reply:
        """Answer a call of an existing path with a wrong method."""
        return self.failure(405)

    def too_large(self) -> Reply:
        """Answer a call whose body exceeds the limit."""
        return self.failure(413)

    def scope_mismatch(self) -> Reply:
        """Answer a call that the token's scopes do not cover."""
        return self.failure(401)

    def failure(self, status: int, code: int | None = None) -> Reply:
        """Answer with any other HTTP status; `code` chooses among the reasons for 429."""
        if status == 429 and code is not None:
            return Reply(status=status, content={"code": code, "message": LIMITS[code]})
        code, message = STATUSES.get(status, STATUSES[500])
        return Reply(status=status, content={"code": code, "message": message})
