"""What tells one kind of document from another: names, statuses, ways between them, words of the answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ANY = ()
"""The statuses behind `Status.All`: no condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """`POST /{resource}/{id}/{path}`: to `status` from any of `sources`; a document in one of `keeps` stays as it is.

    `answer` is the HTTP status; an `emailed` one was sent by mail.
    """

    path: str
    status: str
    sources: frozenset[str]
    message: str
    answer: int = 200
    keeps: frozenset[str] = frozenset()
    emailed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A status that the calendar brings about: documents in `sources` whose `date` has passed show as `status`."""

    status: str
    date: str
    sources: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What the answers to the basic calls say; `status` is the HTTP status of a creation."""

    status: int = 201
    created: str
    updated: str
    deleted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of document.

    `entity` is Books' word for one ("salesorder"), `resource` for many; `partner` is "customer" or "vendor". `dates`
    are the dates it has besides `date`, `texts` its own text keys with their lengths. `statuses` are those the filter
    `status` takes, with the stored ones each stands for when it is a group. `filters` adds to the values of
    `filter_by` that follow from the statuses; `amounts` are compared and sorted by, `sorts` are further text keys to
    sort by, `references` further ids to filter by. Documents in a `locked` status cannot be edited, those in a `kept`
    one cannot be deleted. `sent` is the path of the transition that `send=true` makes.
    A kind without a `prefix` has no numbers.
    """

    entity: str
    resource: str
    title: str
    report: str
    partner: str
    prefix: str
    messages: Messages
    statuses: tuple[str, ...]
    transitions: tuple[Transition, ...]
    dates: tuple[str, ...] = ()
    texts: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    amounts: tuple[str, ...] = ("total",)
    sorts: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    lapse: Lapse | None = None
    locked: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    sent: str | None = None

    @property
    def collection(self) -> str:
        """The collection in the store."""
        return f"books.{self.resource}"

    @property
    def id_key(self) -> str:
        """The key of the id, as `salesorder_id`."""
        return f"{self.entity}_id"

    @property
    def number_key(self) -> str:
        """The key of the number, as `salesorder_number`."""
        return f"{self.entity}_number"

    @property
    def partner_key(self) -> str:
        """The key of the customer's or vendor's id."""
        return f"{self.partner}_id"

    @property
    def partner_name_key(self) -> str:
        """The key of the customer's or vendor's name."""
        return f"{self.partner}_name"

    def filter_words(self) -> dict[str, tuple[str, ...]]:
        """Return the values of `filter_by`, each with the statuses it asks for."""
        words = {f"Status.{''.join(part.capitalize() for part in word.split('_'))}": (word,) for word in self.statuses}
        return {"Status.All": ANY, **words, **self.filters}
