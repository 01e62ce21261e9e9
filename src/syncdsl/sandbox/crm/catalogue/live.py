"""The catalogue of one sandbox: the standard modules, and the fields and views that were made over the API."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from syncdsl.sandbox.crm.catalogue.field import Choice, Field
from syncdsl.sandbox.crm.catalogue.module import Module, View
from syncdsl.sandbox.crm.criteria import as_criteria, as_data
from syncdsl.sandbox.store import Store

TABLES = (
    "CREATE TABLE IF NOT EXISTS crm_field (number INTEGER PRIMARY KEY, module TEXT NOT NULL, document TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS crm_view (number INTEGER PRIMARY KEY, module TEXT NOT NULL, document TEXT NOT NULL)",
)
FIELD_COUNTER = "crm.field"
VIEW_COUNTER = "crm.view"
_STORED = tuple(item.name for item in fields(Field) if item.init)


class Catalogue:
    """What the CRM knows about its modules at this moment. Modules themselves never change; they are replaced."""

    def __init__(self, store: Store, modules: Mapping[str, Module], *, key_fields: bool) -> None:
        self._store = store
        for table in TABLES:
            store.rows(table)
        self._standard = {
            name: module if key_fields else replace(module, key_field=False) for name, module in modules.items()
        }
        self.described: dict[str, Module] = {}
        self.reload()

    @property
    def records(self) -> dict[str, Module]:
        """The modules that have records, by API name."""
        return {name: module for name, module in self.described.items() if not module.rows_only}

    def record_module(self, name: str) -> Module | None:
        """Return the module that has records under this API name."""
        module = self.described.get(name)
        return None if module is None or module.rows_only else module

    def add_field(self, module: Module, field: Field) -> Field:
        """Keep a field that was created; it is seen after `reload`."""
        number = self._store.next_number(FIELD_COUNTER, 1)
        kept = replace(field, number=number, custom=True)
        shown = {name: value for name, value in asdict(kept).items() if name in _STORED}
        self._store.rows("INSERT INTO crm_field VALUES (?, ?, ?)", (number, module.api_name, json.dumps(shown)))
        return kept

    def add_view(self, module: Module, view: View) -> View:
        """Keep a view that was created; it is seen after `reload`."""
        number = self._store.next_number(VIEW_COUNTER, 0)
        kept = replace(view, number=number)
        shown = {"name": kept.name, "columns": kept.columns, "criteria": as_data(kept.criteria)}
        self._store.rows("INSERT INTO crm_view VALUES (?, ?, ?)", (number, module.api_name, json.dumps(shown)))
        return kept

    def reload(self) -> None:
        """Take up what the database holds."""
        created: dict[str, list[Field]] = {}
        for module, document in self._store.rows("SELECT module, document FROM crm_field ORDER BY number"):
            created.setdefault(module, []).append(_field(json.loads(document)))
        views: dict[str, list[View]] = {}
        for number, module, document in self._store.rows("SELECT number, module, document FROM crm_view ORDER BY 1"):
            views.setdefault(module, []).append(_view(number, json.loads(document)))
        self.described = {
            name: replace(
                module,
                created=tuple(created.get(name, ())),
                views=(*module.views, *views.get(name, ())),
            )
            for name, module in self._standard.items()
        }


def _field(document: dict[str, Any]) -> Field:
    choices = tuple(Choice(**choice) for choice in document["choices"])
    return Field(**{**document, "choices": choices})


def _view(number: int, document: dict[str, Any]) -> View:
    return View(
        name=document["name"],
        number=number,
        columns=tuple(document["columns"]),
        criteria=as_criteria(document["criteria"]),
    )
