"""Fields as queries name them: plainly, or through a lookup (`Account_Name.Phone`, `Owner.last_name`)."""

from dataclasses import dataclass

from syncdsl.sandbox.crm.catalogue import Catalogue, Field, Module
from syncdsl.sandbox.organisation import USERS

DEEPEST = 2
"""Lookups that one name may lead through."""

PERSONAL = ("id", "first_name", "last_name", "full_name", "name", "email")
"""What can be asked of the user that a field names."""

_COLUMNS = {"id": "id", "Created_Time": "created", "Modified_Time": "modified"}
_PLAIN = frozenset({"integer", "double", "currency", "percent", "boolean", "datetime"})
"""Types whose stored values compare as they are."""


class UnknownFieldError(LookupError):
    """A name that leads to no field."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no field {name}")
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A way from a record to a value: through lookups to a field, or to a property of a user."""

    name: str
    field: Field
    lookups: tuple[Field, ...] = ()
    of_user: str | None = None

    @property
    def direct(self) -> bool:
        """Whether the value is the record's own."""
        return not self.lookups and self.of_user is None

    @property
    def held(self) -> str:
        """SQL for the value as it is stored."""
        return self._through(0, "record")

    @property
    def comparable(self) -> str:
        """SQL for the value in the form in which it is compared and sorted."""
        plain = self.field.data_type in _PLAIN or self.field.api_name == "id"
        return self.held if plain else f"fold({self.held})"

    def _through(self, depth: int, alias: str) -> str:
        if depth == len(self.lookups):
            return self._at(alias)
        inner = f"joined{depth}"
        pointer = f"CAST(json_extract({alias}.document, '$.{self.lookups[depth].api_name}') AS INTEGER)"
        return f"(SELECT {self._through(depth + 1, inner)} FROM record AS {inner} WHERE {inner}.id = {pointer})"  # noqa: S608 - names of the catalogue

    def _at(self, alias: str) -> str:
        name = self.field.api_name
        if self.of_user is not None:
            # The names of the sandbox's users hold no quotes.
            cases = " ".join(f"WHEN '{user.id}' THEN '{_property(user.id, name)}'" for user in USERS)
            return f"(CASE json_extract({alias}.document, '$.{self.of_user}') {cases} END)"
        if name in _COLUMNS:
            return f"{alias}.{_COLUMNS[name]}"
        held = f"json_extract({alias}.document, '$.{name}')"
        return f"coalesce({held}, 0)" if self.field.data_type == "boolean" else held


def resolved(catalogue: Catalogue, module: Module, name: str) -> Path:
    """Return the path that a name stands for. Raises UnknownFieldError."""
    *through, last = name.split(".")
    lookups: list[Field] = []
    for position, part in enumerate(through):
        field = module.fields.get(part)
        if field is None or position == DEEPEST:
            raise UnknownFieldError(name)
        if field.data_type == "ownerlookup" and position == len(through) - 1 and last in PERSONAL:
            # Not called `id`, which is a record's own number.
            property_of = Field(api_name="user_id" if last == "id" else last, label=last, data_type="text")
            return Path(name=name, field=property_of, lookups=tuple(lookups), of_user=part)
        if field.lookup is None:
            raise UnknownFieldError(name)
        lookups.append(field)
        module = catalogue.described[field.lookup]
    found = module.fields.get(last)
    if found is None or found.data_type == "subform":
        raise UnknownFieldError(name)
    return Path(name=name, field=found, lookups=tuple(lookups))


def _property(identity: str, name: str) -> str:
    user = next(user for user in USERS if user.id == identity)
    values = {
        "user_id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "full_name": user.full_name,
        "name": user.full_name,
        "email": user.email,
    }
    return values[name]
