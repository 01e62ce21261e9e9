"""Which related lists a module has: records whose lookup points to it, contact roles, and the stage history."""

from dataclasses import dataclass
from typing import Literal

from syncdsl.sandbox.crm.catalogue import CONTACTS, DEALS, Catalogue, Module
from syncdsl.sandbox.crm.catalogue.module import MODULE_SPAN
from syncdsl.sandbox.crm.stage_history import FIELDS, StageHistory
from syncdsl.sandbox.organisation import crm_identity

STAGE_HISTORY = "Stage_History"
CONTACT_ROLES = "Contact_Roles"

_NAMES = {
    ("Accounts", "Accounts", "Parent_Account"): ("Child_Accounts", "Member Accounts"),
    ("Contacts", "Contacts", "Reporting_To"): ("Contacts_Reporting", "Reporting Contacts"),
}
"""Lists that are not called like the module of their records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedList:
    """A list of a module. `target` is the module of its records, `field` the lookup by which they belong to one."""

    api_name: str
    label: str
    kind: Literal["records", "contact_roles", "stage_history"]
    place: int
    target: str | None = None
    field: str | None = None

    def id_in(self, module: Module) -> str:
        """Return the list's metadata id."""
        return crm_identity(module.number * MODULE_SPAN + 800 + self.place)


def related_lists(catalogue: Catalogue, module: Module, history: StageHistory) -> list[RelatedList]:
    """Return the lists of a module in the order in which they are described."""
    found: list[RelatedList] = []
    if module.api_name == DEALS.api_name:
        target = CONTACTS.api_name
        found.append(
            RelatedList(api_name=CONTACT_ROLES, label="Contact Roles", kind="contact_roles", place=0, target=target)
        )
        if history.on:
            found.append(RelatedList(api_name=STAGE_HISTORY, label="Stage History", kind="stage_history", place=1))
    for other in catalogue.records.values():
        for field in other.fields.values():
            # Created lookups come without lists here; their names are the administrator's choice.
            if field.lookup != module.api_name or field.number is not None:
                continue
            given = (other.api_name, other.plural)
            api_name, label = _NAMES.get((module.api_name, other.api_name, field.api_name), given)
            place = 2 + len(found)
            found.append(
                RelatedList(
                    api_name=api_name,
                    label=label,
                    kind="records",
                    place=place,
                    target=other.api_name,
                    field=field.api_name,
                )
            )
    return found


def shown_fields(catalogue: Catalogue, listed: RelatedList) -> list[str]:
    """Return the columns that a list has from the start."""
    if listed.target is None:
        return list(FIELDS[:6])
    module = catalogue.described[listed.target]
    return list(module.views[0].columns) if module.views else [module.name_field]
