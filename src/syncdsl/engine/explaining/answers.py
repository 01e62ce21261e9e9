"""The answers of `syncdsl why` and `syncdsl why-not`, as they are published."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, TypeAlias

from pydantic import Field

from syncdsl.schema.model import Model

Outcome: TypeAlias = Literal["holds", "fails", "not reached"]
"""Of a hurdle: nothing is in the way; this is; or what comes before it failed."""
HurdleName: TypeAlias = Literal[
    "syncing",
    "rules",
    "record",
    "view",
    "where",
    "parent",
    "exchange",
    "set aside",
    "reading",
    "doubt",
    "match",
    "direction",
    "duplicate",
    "partner",
    "value",
    "parked",
    "conflict",
    "deleted",
    "refused",
    "dismissed",
    "guard",
    "switched on",
    "stage",
    "condition",
    "edge",
    "require",
    "opposite",
    "live document",
]
"""What is asked; the first that fails is what keeps a record from being synced."""


class Operand(Model):
    """An expression as a rule writes it, what it comes to, and the same of its operands.

    Values are in the form of `schema.values.to_json`.
    """

    text: str
    value: Any = None
    operands: tuple[Operand, ...] = ()


class Remedy(Model):
    """What would make a hurdle pass: in words, as values of the record's fields, or as a command."""

    text: str
    values: dict[str, Any] = Field(default_factory=dict)
    command: str = ""


class Hurdle(Model):
    """One thing that has to hold, with the place in the rules that says so; `why` it holds or not.

    `question` is the id of the review item that asks a person about it.
    """

    hurdle: HurdleName
    outcome: Outcome
    text: str
    why: str = ""
    location: str = ""
    condition: Operand | None = None
    remedies: tuple[Remedy, ...] = ()
    question: str = ""


Verdict: TypeAlias = Literal["blocked", "next", "done"]
"""Something is in the way; the next run does it; or it is done and nothing is left to do."""


class Answer(Model):
    """How one rule stands with the record: `asked` is what it would do, `text` the answer in one sentence."""

    rule: str
    kind: Literal["module", "document"]
    asked: str
    location: str
    verdict: Verdict
    text: str
    hurdles: tuple[Hurdle, ...] = ()

    @property
    def failing(self) -> Hurdle | None:
        """The first hurdle that fails."""
        return next((hurdle for hurdle in self.hurdles if hurdle.outcome == "fails"), None)


class _About(Model):
    """What both answers have: the record, and what was looked at.

    `read` is `now` where the systems were asked, else what earlier runs read is what counts; `since` is when the
    record's module was last read to its end. `sources` are the lines of the rules by their places, as far as the files
    are those of the rules.
    """

    record: str
    label: str
    read: Literal["on file", "now"]
    since: dt.datetime | None = None
    sources: dict[str, str] = Field(default_factory=dict)


class WhyNot(_About):
    """What `syncdsl why-not RECORD --format json` prints."""

    format: Literal["syncdsl/why-not/1"] = "syncdsl/why-not/1"
    answers: tuple[Answer, ...]


class Cause(Model):
    """What brought something about: the run, when, who started it or decided, and the place in the rules."""

    run: str = ""
    at: dt.datetime | None = None
    by: str | None = None
    location: str = ""
    write: str | None = None


class SideValues(Model):
    """What one side of a line holds: the field, its value when last synced, its value now, and whether they differ."""

    connection: str
    record: str
    field: str
    base: Any = None
    now: Any = None
    changed: bool = False
    erased: bool = False


Reason: TypeAlias = Literal[
    "created",
    "first contact",
    "one side changed",
    "policy",
    "person",
    "enforced",
    "constant",
    "undone",
    "seen",
    "the same",
    "never synced",
]
"""Why a field is as it is: it was written when its record was made; filled or overwritten when the two were linked;
only one side changed; both did, and a policy or a person decided; it is corrected whatever happens; it is a constant;
an undo put it back; somebody changed it and syncdsl only saw it; both were the same from the first; or it was not
synced yet."""


class FieldWhy(Model):
    """Why the fields of one line are as they are. `lost` is the value that gave way, `next` what a run would do now."""

    line: str
    location: str
    left: SideValues | None
    right: SideValues | None
    reason: Reason
    text: str
    cause: Cause | None = None
    lost: Any = None
    next: str = ""


class LinkWhy(Model):
    """Why two records are partners, and what the scope says of them now."""

    rule: str
    location: str
    left: str
    right: str
    status: str
    text: str
    cause: Cause | None = None
    conditions: tuple[Hurdle, ...] = ()
    fields: tuple[FieldWhy, ...] = ()


class InputWhy(Model):
    """Where a field of a document came from: its expression, what its record gave when it was made, and gives now."""

    field: str
    text: str
    given: Any = None
    now: Any = None


class StageSeen(Model):
    """A stage that a record came to, and when."""

    stage: str
    at: dt.datetime


class DocumentWhy(Model):
    """Why a document was made: the trigger whose condition turned true between `before` and `cause.at`, and of what.

    Labels are what people call the document and its record, as far as they were read.
    """

    rule: str
    location: str
    number: int
    document: str | None
    document_label: str = ""
    record: str
    record_label: str = ""
    status: str
    trigger: str
    condition: Hurdle | None = None
    require: Hurdle | None = None
    cause: Cause | None = None
    before: dt.datetime | None = None
    stages: tuple[StageSeen, ...] = ()
    amount: str | None = None
    inputs: tuple[InputWhy, ...] = ()
    lines: tuple[tuple[InputWhy, ...], ...] = ()
    text: str


class Asked(Model):
    """A question about the record that stands: its id, what it asks, and since when."""

    id: str
    kind: str
    rule: str
    text: str
    since: dt.datetime
    decided: str = ""


class Why(_About):
    """What `syncdsl why RECORD --format json` prints: `untouched` says, where no rule holds the record, why not.

    `former`: something was written of it or linked with it all the same, by rules that are gone or a link that ended.
    """

    format: Literal["syncdsl/why/1"] = "syncdsl/why/1"
    field: str | None = None
    links: tuple[LinkWhy, ...] = ()
    documents: tuple[DocumentWhy, ...] = ()
    questions: tuple[Asked, ...] = ()
    untouched: tuple[Answer, ...] = ()
    former: bool = False
