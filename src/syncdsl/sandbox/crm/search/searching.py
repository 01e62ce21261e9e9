"""`GET /{module}/search` and `GET /{module}/actions/count` (Zoho CRM API v8, Search Records)."""

from collections.abc import Iterable

from syncdsl.sandbox.crm.asking import module_of, named_fields, page_size, view_criteria, whole_number
from syncdsl.sandbox.crm.catalogue import Catalogue, Module
from syncdsl.sandbox.crm.criteria import LISTS, Comparator, Comparison, Criteria, Group, comparisons
from syncdsl.sandbox.crm.envelope import refused
from syncdsl.sandbox.crm.paths import UnknownFieldError, resolved
from syncdsl.sandbox.crm.rendering import rendered
from syncdsl.sandbox.crm.search.notation import MalformedCriteriaError, criteria_of
from syncdsl.sandbox.crm.selection import UnfitValueError, joined, selection
from syncdsl.sandbox.exchange import Call, RefusedError, Reply
from syncdsl.sandbox.faults import Faults
from syncdsl.sandbox.store import Clause, Store, row_key

ROW_LIMIT = 2_000
CRITERIA_LIMIT = 10
"""Conditions of one search; the description of 2026 says 15."""
LIST_LIMIT = 100
WAYS = ("criteria", "email", "phone", "word")
"""The parameters that say what to search for; the first one given counts."""

_WORDS = frozenset({"text", "textarea", "email", "phone", "website", "picklist"})
_ORDERED = frozenset({"integer", "double", "currency", "percent", "date", "datetime", "bigint"})
_ORDERING = frozenset({"greater_than", "greater_equal", "less_than", "less_equal", "between"})


class Searching:
    """Searches the records of modules, as far as the index has seen them."""

    def __init__(self, store: Store, catalogue: Catalogue, faults: Faults) -> None:
        self._store = store
        self._catalogue = catalogue
        self._faults = faults

    def search(self, call: Call) -> Reply:
        """Answer a search, newest record first; 204 when nothing is found."""
        module = module_of(self._catalogue, call)
        fields = named_fields(call)
        size, page = page_size(call), whole_number(call, "page", 1)
        if page * size > ROW_LIMIT:
            details = {"limit": ROW_LIMIT, "param": "page"}
            raise refused(400, "LIMIT_REACHED", "you have exceeded the limit", details)
        if not any(call.query.get(way) for way in WAYS):
            details = {"param_names": list(WAYS)}
            raise refused(400, "EXPECTED_PARAM_MISSING", "One of the expected parameter is missing", details)
        where = self._where(call, module)
        found = self._store.select(module.collection, where, order="id DESC", limit=size + 1, offset=(page - 1) * size)
        shown = found[:size]
        if not shown:
            return Reply(status=204)
        info = {"per_page": size, "count": len(shown), "page": page, "more_records": len(found) > size}
        rows = rendered(self._store, module, shown, fields or module.fields)
        return Reply(content={"data": rows, "info": info})

    def count(self, call: Call) -> Reply:
        """Answer how many records there are, of all or of those that a search or a view would give."""
        module = module_of(self._catalogue, call)
        return Reply(content={"count": self._store.count(module.collection, self._where(call, module))})

    def _where(self, call: Call, module: Module) -> Clause:
        criteria = [item for item in (self._asked(call, module), view_criteria(call, module)) if item is not None]
        try:
            clauses = [selection(self._catalogue, module, item) for item in criteria]
        except UnfitValueError as error:
            details = {"expected_data_type": error.field.traits.expected}
            raise _invalid(error.field.api_name, "invalid value", **details) from error
        except UnknownFieldError as error:
            raise _invalid(error.name, "the field is not available for search") from error
        return joined("and", [*clauses, *self._indexed()])

    def _indexed(self) -> Iterable[Clause]:
        """Return what keeps out records that were written after the moment the index has reached."""
        horizon = self._faults.index_horizon("crm")
        return [] if horizon is None else [Clause("modified <= ?", (horizon,))]

    def _asked(self, call: Call, module: Module) -> Criteria | None:
        way = next((way for way in WAYS if call.query.get(way)), None)
        if way is None:
            return None
        value = call.query[way].strip()
        if way == "criteria":
            return self._criteria(module, value)
        kinds = {"email": {"email"}, "phone": {"phone"}}.get(way, _WORDS)
        comparator: Comparator = "contains" if way == "word" else "equal"
        members = tuple(
            Comparison(field=item.api_name, comparator=comparator, value=value)
            for item in module.fields.values()
            if item.data_type in kinds
        )
        # A module without such a field has nothing to find: no record has an empty id.
        return Group("or", members) if members else Comparison(field="id", comparator="in", value=())

    def _criteria(self, module: Module, text: str) -> Criteria:
        try:
            criteria = criteria_of(text)
        except MalformedCriteriaError as error:
            raise refused(400, "INVALID_QUERY", "invalid query formed", {"reason": str(error)}) from error
        named = comparisons(criteria)
        longest = max((len(item.value) for item in named if item.comparator in LISTS), default=0)
        for count, limit in ((len(named), CRITERIA_LIMIT), (longest, LIST_LIMIT)):
            if count > limit:
                details = {"limit": limit, "param": "criteria"}
                raise refused(400, "LIMIT_EXCEEDED", "you have exceeded the limit", details)
        for item in named:
            self._check(module, item)
        return self._by_name(module, criteria)

    def _check(self, module: Module, comparison: Comparison) -> None:
        try:
            kind = resolved(self._catalogue, module, comparison.field).field.data_type
        except UnknownFieldError:
            raise _invalid(comparison.field, "the field is not available for search") from None
        comparator = comparison.comparator
        if (comparator in _ORDERING and kind not in _ORDERED) or (comparator == "starts_with" and kind not in _WORDS):
            raise _invalid(comparison.field, "unsupported operator", operator=comparator)

    def _by_name(self, module: Module, criteria: Criteria) -> Criteria:
        """Return criteria in which a lookup compared with a name leads to the name of its record."""
        match criteria:
            case Group(operator, members):
                return Group(operator, tuple(self._by_name(module, member) for member in members))
            case Comparison(field=name, comparator=comparator, value=value):
                field = resolved(self._catalogue, module, name).field
                values = value if isinstance(value, tuple) else (value,)
                if field.lookup is None or all(row_key(item) is not None for item in values):
                    return criteria
                target = self._catalogue.described[field.lookup]
                return Comparison(field=f"{name}.{target.name_field}", comparator=comparator, value=value)


def _invalid(name: str, reason: str, **details: str) -> RefusedError:
    return refused(400, "INVALID_QUERY", "invalid query formed", {"api_name": name, "reason": reason, **details})
