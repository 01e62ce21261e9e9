"""What is written comes back as it was, and canonical forms are their own canonical forms."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from syncdsl.changes.change_set import ChangeSet, GuardVerdict
from syncdsl.changes.effects import Act, Create, FieldChange, Hold, Link, RecordName, Skip, Update
from syncdsl.changes.saved import SavedChangeSet, read_change_set, write_change_set
from syncdsl.plan import expressions as plan
from syncdsl.plan import pairs, steps
from syncdsl.plan.plan import Plan, read_plan, write_plan
from syncdsl.schema import types
from syncdsl.schema.canonical import canonical, match_form
from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot, StageClass, StageSchema, read_snapshot, write_snapshot
from syncdsl.schema.values import PartnerOf, Ref, Value, fields_from_json, fields_to_json, from_json, to_json

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.from_regex(r"[a-z][a-z_]{0,6}", fullmatch=True)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4)
instants = st.integers(0, 7_000_000_000).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC))
scalars = st.none() | st.booleans() | st.integers() | decimals | words | st.dates() | instants
references = st.builds(Ref, names, words) | st.builds(PartnerOf, names, names, words, names)
choices = st.lists(words, min_size=1, max_size=3).map(lambda items: tuple(sorted(items)))
rows = st.lists(
    st.dictionaries(names, scalars, min_size=1, max_size=3).map(lambda row: tuple(sorted(row.items()))),
    min_size=1,
    max_size=3,
).map(tuple)
values: st.SearchStrategy[Value] = scalars | references | choices | rows

lengths = st.none() | st.integers(1, 500)
flat_kinds: st.SearchStrategy[Any] = st.one_of(
    st.builds(types.TextType, length=lengths),
    st.builds(types.EmailType, length=lengths),
    st.builds(types.PhoneType, length=lengths),
    st.builds(types.UrlType, length=lengths),
    st.builds(types.IntegerType, digits=lengths),
    st.builds(types.DecimalType, digits=lengths, scale=st.none() | st.integers(0, 9)),
    st.builds(types.MoneyType, scale=st.integers(0, 4)),
    st.builds(types.ChoiceType, options=choices),
    st.builds(types.ChoicesType, options=choices),
    st.builds(types.ReferenceType, modules=st.lists(names, min_size=1, max_size=2).map(tuple)),
    st.sampled_from([types.BooleanType(), types.DateType(), types.DateTimeType(), types.IdType()]),
)
flags = st.booleans()
flat_fields = st.builds(
    types.FieldSchema, label=words, value=flat_kinds, required=flags, read_only=flags, unique=flags, default=flags
)
kinds = flat_kinds | st.builds(types.RowsType, fields=st.dictionaries(names, flat_fields, max_size=2))
fields = st.builds(types.FieldSchema, label=words, value=kinds, required=flags, create_only=flags, sensitive=flags)
modules = st.builds(
    ModuleSchema,
    label=words,
    store=names,
    label_field=names,
    key_field=st.none() | names,
    stages=st.lists(st.builds(StageSchema, value=words, stage_class=st.sampled_from(StageClass)), max_size=2).map(
        tuple
    ),
    views=st.lists(words, max_size=2).map(tuple),
    creatable=flags,
    fields=st.dictionaries(names, fields, max_size=3),
)
snapshots = st.builds(
    SchemaSnapshot, adapter=names, base_currency=st.just("EUR"), modules=st.dictionaries(names, modules, max_size=2)
)

leaves: st.SearchStrategy[Any] = st.builds(plan.Constant, value=scalars.map(to_json)) | st.builds(
    plan.FieldRead, path=st.lists(names, min_size=1, max_size=3).map(tuple)
)
expressions: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(plan.Negate, operand=inner),
        st.builds(plan.Comparison, op=st.just("<="), left=inner, right=inner, as_type=flat_kinds),
        st.builds(plan.Among, operand=inner, options=st.tuples(inner), as_type=flat_kinds),
        st.builds(plan.Choose, condition=inner, then=inner, otherwise=inner),
        st.builds(plan.TableCall, table=names, direction=st.just("left"), argument=inner),
    ),
    max_leaves=4,
)
places = st.integers(1, 99).map(lambda line: f"rules/a.sync:{line}")
assignments = st.builds(
    pairs.Assignment, target=names, value=expressions, reads=st.just((("a", "b"),)), type=flat_kinds, partner=flags
)
lines = st.builds(
    pairs.MapLine,
    location=places,
    text=words,
    to_right=assignments,
    to_left=st.none() | assignments,
    when_empty=flags,
    prefer=st.sampled_from([None, "left", "newest"]),
)
endpoints = st.builds(
    pairs.Endpoint, connection=names, module=names, where=st.none() | expressions, label_field=names, observe=words
)
modules_paired = st.builds(
    pairs.Pair,
    name=names,
    location=places,
    direction=st.sampled_from(["right", "left", "both"]),
    left=endpoints,
    right=endpoints,
    lines=st.lists(lines, max_size=2).map(tuple),
)
tables = st.builds(
    pairs.TablePlan, right=st.lists(st.tuples(scalars.map(to_json), scalars.map(to_json)), max_size=2).map(tuple)
)
triggers = st.builds(
    pairs.TriggerPlan,
    location=places,
    text=words,
    record=names,
    condition=expressions,
    verb=st.sampled_from(["create", "void"]),
    document=names,
)
plans = st.builds(
    Plan,
    connections=st.dictionaries(
        names, st.builds(pairs.ConnectionPlan, adapter=names, base_currency=names, schema_digest=words), max_size=2
    ),
    tables=st.dictionaries(names, tables, max_size=2),
    pairs=st.dictionaries(names, modules_paired, max_size=2),
    records=st.just({}),
    documents=st.just({}),
    triggers=st.lists(triggers, max_size=2).map(tuple),
    steps=st.just((steps.MatchStep(id="match a", after=("b",), pair="a"),)),
)

records = st.builds(RecordName, connection=names, module=names, id=st.none() | words, label=words)
changed = st.lists(
    st.builds(FieldChange, field=names, old=values.map(to_json), new=values.map(to_json), location=places), max_size=2
).map(tuple)
cause = {"rule": names, "location": places, "reason": words}
sides = st.sampled_from(["left", "right"])
waits = st.lists(st.tuples(names, names, words), max_size=1).map(tuple)
acts = st.sampled_from(["send", "accept", "decline", "void"])
effects = st.one_of(
    st.builds(
        Create, **cause, record=records, source=records, source_side=sides, key=words, fields=changed, waits_for=waits
    ),
    st.builds(Update, **cause, record=records, side=sides, partner=records, fields=changed, waits_for=waits),
    st.builds(Link, **cause, left=records, right=records, key=words, key_side=sides, write_key=flags),
    st.builds(Act, **cause, kind=acts, record=records, source=records),
    st.builds(Skip, **cause, record=records, candidates=st.tuples(records)),
    st.builds(Hold, **cause, why=st.just("conflict"), record=records, left=values.map(to_json)),
)
change_sets = st.builds(
    ChangeSet,
    environment=names,
    organizations=st.dictionaries(names, words, max_size=2),
    plan=words,
    state=words,
    today=st.dates().map(str),
    effects=st.lists(effects, max_size=3).map(tuple),
    expects=st.dictionaries(words, words, max_size=2),
    baseline=st.dictionaries(names, st.integers(0, 9), max_size=2),
    guards=st.lists(
        st.builds(GuardVerdict, text=words, location=places, value=words, limit=words, exceeded=flags), max_size=1
    ).map(tuple),
)
bounded = settings(derandomize=True, max_examples=150, deadline=None)


@bounded
@given(values)
def test_values(value: Value) -> None:
    """A value comes back from JSON text as it was, of the same kind."""
    back = from_json(json.loads(json.dumps(to_json(value))))
    assert back == value
    assert type(back) is type(value)
    assert str(back) == str(value)


@bounded
@given(st.dictionaries(names, values, max_size=4))
def test_fields(record: dict[str, Value]) -> None:
    """The fields of a record come back as they were, and stand in one order."""
    data = fields_to_json(record)
    assert list(data) == sorted(record)
    assert fields_from_json(json.loads(json.dumps(data))) == record


@bounded
@given(plans)
def test_plans(written: Plan) -> None:
    """A plan comes back with its digest, and is written the same again."""
    text = write_plan(written)
    back = read_plan(text)
    assert back.digest == written.digest
    assert write_plan(back) == text


@bounded
@given(change_sets)
def test_change_sets(changes: ChangeSet) -> None:
    """A change set comes back from its file with its digest and its effects."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "changes.json"
        path.write_text(write_change_set(SavedChangeSet(changes=changes)), encoding="utf-8")
        back = read_change_set(path).changes
    assert back == changes
    assert back.digest == changes.digest


@bounded
@given(snapshots)
def test_snapshots(snapshot: SchemaSnapshot) -> None:
    """A snapshot comes back from its file with its digest, and is written the same again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crm.json"
        path.write_text(write_snapshot(snapshot), encoding="utf-8")
        back = read_snapshot(path)
    assert back == snapshot
    assert back.digest == snapshot.digest
    assert write_snapshot(back) == write_snapshot(snapshot)


@settings(derandomize=True, max_examples=800, deadline=None)
@given(values, kinds)
def test_canonical(value: Value, kind: types.FieldType) -> None:
    """Canonical forms and match forms are idempotent, and never raise."""
    form = canonical(value, kind)
    assert canonical(form, kind) == form
    matched = match_form(value, kind)
    assert match_form(matched, kind) == matched
