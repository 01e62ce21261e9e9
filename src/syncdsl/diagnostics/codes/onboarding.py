"""SD62, SD72: signing in to an organisation and preparing it."""

from __future__ import annotations

from syncdsl.diagnostics.codes.code import Code

KEYRING_UNAVAILABLE = Code(
    id="SD620",
    name="keyring-unavailable",
    title="the keyring cannot be used",
    exit_code=3,
    explanation=(
        "The machine has no keyring (servers and containers often have none), or it is locked, or it "
        "refused to answer. "
        'Unlock it, or keep the secrets in environment variables: `credentials = "env:PREFIX"`, with '
        "`syncdsl login CONNECTION --env-file FILE` to write them into a private file outside the project."
    ),
    example="syncdsl login crm --keyring  # in a container",
    instead="syncdsl login crm --env-file ~/.config/shop.env",
)
NO_SIGN_IN = Code(
    id="SD621",
    name="no-sign-in",
    title="there is nothing to sign in to",
    exit_code=3,
    explanation="The connection's adapter needs no secrets, or offers no sign-in of its own.",
)
CODE_REFUSED = Code(
    id="SD720",
    name="code-refused",
    title="the one-time code is not accepted",
    exit_code=6,
    explanation=(
        "A code is good once, for the minutes chosen when it was made, for the client that it was "
        "made with, and only in "
        "the data centre of the account. Nothing was stored. Make a new one and paste it at once. Which data centre an "
        "account is in, the address of the console shows after signing in: `api-console.zoho.eu` is `eu`."
    ),
    example='data_centre = "us"  # and the console is at api-console.zoho.eu',
    instead='data_centre = "eu"',
)
MISSING_SCOPES = Code(
    id="SD721",
    name="missing-scopes",
    title="the token lacks scopes",
    exit_code=6,
    explanation=(
        "The rules read or write something that the refresh token was not made for. Scopes cannot be added to a token: "
        "make a new code with all the scopes that `syncdsl login CONNECTION --scopes` prints, and sign in again."
    ),
    example="syncdsl login books  # with a code for ZohoBooks.contacts.READ alone",
    instead="syncdsl login books --scopes\nsyncdsl login books",
)
CONSENT_FAILED = Code(
    id="SD722",
    name="consent-failed",
    title="the browser brought no consent",
    exit_code=6,
    explanation=(
        "Nobody consented in time, consent was refused, the account is in another data centre, or the answer did not "
        "belong to this sign-in (its `state` was another one), so it was not used. Nothing was stored."
    ),
    example="syncdsl login crm --browser  # on a machine without a browser",
    instead="syncdsl login crm",
)
NOT_PREPARED = Code(
    id="SD723",
    name="not-prepared",
    title="the system refused to make what the rules need",
    exit_code=6,
    explanation=(
        "`syncdsl setup` makes key fields and currencies over the API where there is one. The system refused; the "
        "message has its words. Often the user of the token may not change settings, or the edition allows no further "
        "field. What was made before stays; `setup` can be run again at any time."
    ),
)

CODES: tuple[Code, ...] = (
    KEYRING_UNAVAILABLE,
    NO_SIGN_IN,
    CODE_REFUSED,
    MISSING_SCOPES,
    CONSENT_FAILED,
    NOT_PREPARED,
)
