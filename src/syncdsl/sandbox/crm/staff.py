"""The users of the emulated CRM: those it starts with, and what an administrator made of them since."""

from dataclasses import replace

from syncdsl.sandbox.organisation import USERS, User

FIRST_NEW = 226_001
"""Number of the first user that is added later."""

USER_TYPES = [
    "ActiveConfirmedAdmins",
    "ActiveConfirmedUsers",
    "ActiveUsers",
    "AdminUsers",
    "AllUsers",
    "ConfirmedUsers",
    "CurrentUser",
    "DeactiveUsers",
    "DeletedUsers",
    "NotConfirmedUsers",
]
"""The words that `type` takes."""


class Staff:
    """The users, in the order in which they came."""

    def __init__(self) -> None:
        self._users = {user.email: user for user in USERS}

    def users(self, kind: str = "AllUsers") -> tuple[User, ...] | None:
        """Return the users of a `type` that `GET /users` knows; None for another word."""
        everybody = tuple(self._users.values())
        active = tuple(user for user in everybody if user.active)
        kinds = {
            "AllUsers": everybody,
            "ActiveUsers": active,
            "DeactiveUsers": tuple(user for user in everybody if not user.active),
            "ConfirmedUsers": everybody,
            "NotConfirmedUsers": (),
            "DeletedUsers": (),
            "ActiveConfirmedUsers": active,
            "AdminUsers": tuple(user for user in everybody if user.profile == "Administrator"),
            "ActiveConfirmedAdmins": tuple(user for user in active if user.profile == "Administrator"),
            "CurrentUser": everybody[:1],
        }
        return kinds.get(kind)

    def put(self, *, first_name: str, last_name: str, profile: str | None, active: bool | None) -> User:
        """Add a user, or change the one of this name; None leaves what it has (a new one: active, `Standard`)."""
        number = FIRST_NEW + len(self._users)
        new = User(number=number, first_name=first_name, last_name=last_name, role="Sales Manager", profile="Standard")
        known = self._users.get(new.email, new)
        user = replace(
            known,
            profile=known.profile if profile is None else profile,
            active=known.active if active is None else active,
        )
        self._users[user.email] = user
        return user
