"""Faults in the proofs: what is decided of conditions, and what is concluded from it."""

from __future__ import annotations

from tests.mutation.fault import Fault

_CONDITIONS = "analysis/proofs/conditions.py"
_OVERLAP = "analysis/proofs/overlap.py"
_LOOPS = "analysis/proofs/loops.py"
_TRIGGERS = "analysis/proofs/triggers.py"
_BACKS = "analysis/proofs/write_backs.py"
_AXES = "analysis/satisfiability/axes.py"
_DECIDING = "analysis/satisfiability/conditions.py"
_FORMULA = "analysis/satisfiability/formula.py"
_LIFTING = "analysis/satisfiability/lifting.py"
_LINE = "analysis/satisfiability/line.py"
_PRODUCTS = "analysis/satisfiability/products.py"
_SEARCH = "analysis/satisfiability/search.py"

FAULTS = (
    # proofs/conditions.py
    Fault(
        _CONDITIONS,
        "    elif known.impossible((), (0,)):\n",
        "    elif False:\n",
        "a condition that is always true is accepted",
    ),
    Fault(
        _CONDITIONS,
        "    if known.impossible((0, *premises)):\n",
        "    if known.impossible((0,)):\n",
        "a record's own `where` does not count as given",
    ),
    Fault(_CONDITIONS, "        yield from _choices(rules, pair)\n", "", "the conditions of `if` are not judged"),
    Fault(
        _CONDITIONS,
        "            if isinstance(item, nodes.Where) and plan.endpoint.where is not None:\n",
        "            if isinstance(item, nodes.Where) and plan.endpoint.where is None:\n",
        "the `where` of a record is not judged",
    ),
    Fault(
        _CONDITIONS,
        "            self.judge(node.operand, condition.operand)\n            return\n",
        "            return\n",
        "what stands inside `not` is not judged",
    ),
    Fault(
        _CONDITIONS,
        "            elif known.impossible((), (number,)):\n                dead.add(number)\n",
        "            elif False:\n                dead.add(number)\n",
        "a part that is always true is accepted",
    ),
    Fault(
        _CONDITIONS,
        '((others, (number,)) if word == "and" else ((number,), others))',
        '((number,), others) if word == "and" else (others, (number,))',
        "a part that follows from the rest is looked for the wrong way round",
    ),
    Fault(
        _CONDITIONS,
        "        for number in left:\n            self.judge(*parts[number])\n",
        "",
        "parts of parts are not judged",
    ),
    Fault(
        _CONDITIONS,
        'ast.BinaryOperator.AND if condition.op == "and" else ast.BinaryOperator.OR',
        "ast.BinaryOperator.AND",
        "the parts of an `or` are not told apart",
    ),
    Fault(
        _CONDITIONS,
        "        isinstance(part, Created) or (isinstance(part, StageTest) and not part.stages) for part",
        "        isinstance(part, Created) for part",
        "a class that no stage has is reported a second time",
    ),
    # proofs/established.py
    Fault(
        "analysis/proofs/established.py",
        "        for side in written_sides(pair):\n",
        "        for side in written_sides(pair)[:1]:\n",
        "only the right side of a two-way module has to be established",
    ),
    Fault(
        "analysis/proofs/established.py",
        "(line is None and field.default)",
        "(line is None and not field.default)",
        "a field that no line writes is taken for unknown",
    ),
    Fault(
        "analysis/proofs/established.py",
        "if line is not None and (len(path) > 1 or line.partner or line.lookup is not None):",
        "if line is not None and len(path) > 1:",
        "the partner of a reference counts as the reference itself",
    ),
    Fault(
        "analysis/proofs/established.py",
        "[*([there.where] if there.where is not None else []), *_waits",
        "[*_waits",
        "the other side's `where` does not count as given",
    ),
    Fault(
        "analysis/proofs/established.py",
        "            yield Emptiness(operand=line.value, negated=True)\n",
        "            yield Emptiness(operand=line.value, negated=False)\n",
        "a required field counts as empty",
    ),
    # proofs/keys.py
    Fault(
        "analysis/proofs/keys.py",
        "            if first != number:\n",
        "            if first == number:\n",
        "the first of two equal keys is reported",
    ),
    Fault(
        "analysis/proofs/keys.py",
        "frozenset(part.model_dump_json() for part in key.parts)",
        "frozenset(part.left.model_dump_json() for part in key.parts)",
        "keys that differ on the right side alone count as equal",
    ),
    # proofs/loops.py
    Fault(
        _LOOPS,
        "                if assignment is None or line.when_empty:\n",
        "                if assignment is None:\n",
        "a line that fills an empty field once goes round",
    ),
    Fault(
        _LOOPS,
        "self._scopes.common(one, other) is not None for one, other in joints)",
        "True for one, other in joints)",
        "a loop needs no record that goes round",
    ),
    Fault(
        _LOOPS,
        "    writes = [*_module_writes(rules), *_document_writes(rules)]\n",
        "    writes = [*_module_writes(rules)]\n",
        "what documents write goes round",
    ),
    Fault(
        _LOOPS,
        "if write is start and len({item.statement for item in way}) > 1:",
        "if write is start:",
        "the two directions of one module are a loop",
    ),
    Fault(
        _LOOPS,
        "for item in near if not self._scopes.apart(scope, item)]",
        "for item in near]",
        "statements that share no record hand a value round",
        equivalent="The search for a common record says the same; this only saves it.",
    ),
    Fault(
        _LOOPS,
        "        if loop and statements not in reported:\n",
        "        if loop:\n",
        "a loop is reported for each of its fields",
    ),
    Fault(
        _LOOPS, "    yield from (record.endpoint for record in rules.records.values())\n", "", "records are not read"
    ),
    # proofs/overlap.py
    Fault(
        _OVERLAP,
        "for number, pair in enumerate(rules.pairs) for side in written_sides(pair)]",
        "for number, pair in enumerate(rules.pairs) for side in written_sides(pair)[:1]]",
        "two modules that write to the left do not overlap",
    ),
    Fault(_OVERLAP, "and _kin(other) == _kin(pair) and", "and", "modules nested in different ones overlap"),
    Fault(
        _OVERLAP,
        "    if one_source and rules.scopes.apart(source, other_source):\n        return False\n",
        "",
        "modules whose sources share no record overlap",
        equivalent="The search for a common record says the same; this only saves it.",
    ),
    Fault(
        _OVERLAP,
        "    if written is None or read is None:\n        return False\n",
        "    if read is None:\n        return False\n",
        "modules overlap although no record shows it",
    ),
    Fault(
        _OVERLAP,
        "    if one_source and _differing_line(rules, one, other):\n        return True\n",
        "",
        "two values for one field are not told",
    ),
    Fault(
        _OVERLAP,
        "        if before is None or before[1].value == assignment.value:\n",
        "        if before is None or before[1].value != assignment.value:\n",
        "lines that write the same count as different ones",
    ),
    Fault(
        _OVERLAP,
        "not (assignment.partner or assignment.lookup or line.when_empty)",
        "not (assignment.partner or assignment.lookup)",
        "a field that is filled once counts as written",
    ),
    # proofs/rules.py
    Fault(
        "analysis/proofs/rules.py",
        'return ("right", "left") if pair.direction == "both" else (pair.direction,)',
        'return ("right", "left")',
        "a one-way module writes both sides",
    ),
    Fault(
        "analysis/proofs/rules.py",
        "not any(broken(node) or _unread_module(node, pair) for node",
        "not any(_unread_module(node, pair) for node",
        "a module with an error is proved things of",
    ),
    Fault(
        "analysis/proofs/rules.py",
        "if not any(broken(node) for node in module_nodes(checker, pair.name)[:-1])",
        "if True",
        "a module nested in one with an error is proved things of",
    ),
    Fault(
        "analysis/proofs/rules.py",
        "    return asked != sum(item.where is not None for item in endpoints)\n",
        "    return False\n",
        "a statement whose `where` was not lowered is proved things of",
    ),
    # proofs/scopes.py
    Fault(
        "analysis/proofs/scopes.py",
        "if first is not None and second is not None and first != second:",
        "if first != second:",
        "a view keeps a module apart from one without",
    ),
    Fault(
        "analysis/proofs/scopes.py",
        "        if first is not None and second is not None and first != second:\n            return True\n",
        "",
        "two views are taken for one",
    ),
    Fault(
        "analysis/proofs/scopes.py",
        "            if not self._conditions.impossible((narrow,), (wide,)):\n",
        "            if not self._conditions.impossible((wide,), (narrow,)):\n",
        "a view lets through what the other module takes",
    ),
    Fault(
        "analysis/proofs/scopes.py",
        "        if one in self._open or other in self._open:\n            return True\n",
        "",
        "what follows from a condition that is always true is reported too",
    ),
    # proofs/stages.py
    Fault(
        "analysis/proofs/stages.py",
        "            if isinstance(part, StageTest) and not part.stages:\n",
        "            if isinstance(part, StageTest) and part.stages:\n",
        "classes that some stage has are reported",
    ),
    Fault(
        "analysis/proofs/stages.py",
        "    if not rules.complete:\n        return\n",
        "",
        "stages are noted although a trigger was not read",
    ),
    Fault(
        "analysis/proofs/stages.py",
        "any(stage not in reads_of(trigger.condition) for trigger in mine)",
        "all(stage not in reads_of(trigger.condition) for trigger in mine)",
        "a trigger that asks for no stage speaks of none",
    ),
    Fault(
        "analysis/proofs/stages.py",
        "        if not known.impossible((0, number))\n        and all(",
        "        if all(",
        "a stage that the record's `where` leaves out is noted",
    ),
    # proofs/triggers.py
    Fault(
        _TRIGGERS,
        "            if second in reported:\n                continue\n",
        "",
        "a trigger is reported once for each that it meets",
    ),
    Fault(
        _TRIGGERS,
        '            if "create" in verbs and verbs & CLOSING:\n',
        '            if "create" in verbs and len(verbs) > 1:\n',
        "sending a document closes it",
    ),
    Fault(
        _TRIGGERS,
        'CLOSING = frozenset(("void", "decline"))',
        'CLOSING = frozenset(("void",))',
        "declining a document does not close it",
    ),
    Fault(
        _TRIGGERS,
        "        if not same and (self._is_created(first) or self._is_created(second)):\n            return False\n",
        "",
        "`is created` beside a stage is reported",
    ),
    Fault(
        _TRIGGERS,
        "CREATES_AND_CLOSES if always else MAY_CREATE_AND_CLOSE",
        "CREATES_AND_CLOSES",
        "what may happen is said to happen always",
    ),
    Fault(
        _TRIGGERS,
        "        if _manner(one) != _manner(other):\n            return False\n",
        "",
        "triggers that act in different ways do the same",
    ),
    Fault(
        _TRIGGERS,
        "narrower, wider = self._implied(second, first), self._implied(first, second)",
        "narrower, wider = self._implied(first, second), self._implied(second, first)",
        "the wider of two triggers is called idle",
    ),
    Fault(
        _TRIGGERS,
        'lasting = other.verb == "create" and not self._closed',
        'lasting = other.verb == "create"',
        "a document that rules close lives for ever",
    ),
    Fault(
        _TRIGGERS,
        "        return self._known.impossible((self._scope, premise), (conclusion,))\n",
        "        return self._known.impossible((premise,), (conclusion,))\n",
        "the record's `where` does not count for its triggers",
    ),
    # proofs/write_backs.py
    Fault(
        _BACKS,
        "            if reader is None:\n                continue\n            what",
        "            if reader is None or back.reads:\n                continue\n            what",
        "a document may write into what feeds it",
    ),
    Fault(
        _BACKS,
        "        if trigger.document == document.name:\n",
        "        if trigger.document != document.name:\n",
        "the triggers of other documents are looked at",
    ),
    Fault(
        _BACKS,
        "if one.target == other.target and _together",
        "if _together",
        "two documents that write two fields write one",
    ),
    Fault(
        _BACKS,
        "found.target == field and not line.when_empty:",
        "found.target == field:",
        "a field that is filled once counts as written by a module",
    ),
    Fault(
        _BACKS,
        "        Emptiness(operand=assignment.value, negated=True)\n",
        "        Emptiness(operand=assignment.value, negated=False)\n",
        "what is written back is empty",
    ),
    Fault(
        _BACKS,
        "    if one != other and first.view != second.view:\n        return None\n",
        "",
        "records of two views are taken for one",
    ),
    # satisfiability/axes.py
    Fault(
        _AXES,
        '{"==": self.empty, "!=": self.full & ~self.empty}.get(op, 0)',
        '{"==": self.empty, "!=": self.full}.get(op, 0)',
        "an empty field differs from empty",
    ),
    Fault(
        _AXES, 'return found if op == "==" else self.full & ~found', "return found", "`!=` on a pick list means `==`"
    ),
    Fault(
        _AXES,
        'return cells if op == "==" else self.full & ~cells',
        'return cells if op == "==" else self.full & ~cells & ~self.empty',
        "an empty text does not differ from another",
    ),
    Fault(
        _AXES,
        "below = (1 << bisect_left(self._positions, point)) - 1",
        "below = (1 << bisect_right(self._positions, point)) - 1",
        "`<` means `<=`",
    ),
    Fault(
        _AXES,
        "up_to = (1 << bisect_right(self._positions, point)) - 1",
        "up_to = (1 << bisect_left(self._positions, point)) - 1",
        "`<=` means `<`",
    ),
    Fault(_AXES, "return filled & ~up_to", "return self.full & ~up_to", "an empty number is greater than all"),
    Fault(_AXES, "return filled & ~below", "return filled & ~up_to", "`>=` means `>`"),
    Fault(
        _AXES,
        "return ExhaustiveAxis(path, (True, False, None))",
        "return ExhaustiveAxis(path, (True, False))",
        "a yes-or-no field is never empty",
    ),
    Fault(
        _AXES,
        "(*dict.fromkeys(item for item in kind.options if item), None)",
        "(*dict.fromkeys(item for item in kind.options if item),)",
        "a pick list is never empty",
    ),
    Fault(
        _AXES,
        "values: list[Value] = [*sorted(named), other]",
        "values: list[Value] = [*sorted(named)]",
        "a text is one of those that conditions name",
    ),
    # satisfiability/conditions.py
    Fault(_DECIDING, "return lifted is positive", "return lifted", "`not` is dropped before a constant"),
    Fault(_DECIDING, "cells if positive else self.full[axis] & ~cells", "cells", "`not` is dropped before a test"),
    Fault(
        _DECIDING,
        "return self._normal(lifted.operand, positive=not positive)",
        "return self._normal(lifted.operand, positive=positive)",
        "`not` is dropped",
    ),
    Fault(
        _DECIDING,
        "isinstance(lifted, Every) is positive",
        "isinstance(lifted, Every)",
        "`not (a and b)` means `not a and not b`",
    ),
    Fault(
        _DECIDING,
        "axis.full & ~axis.empty if expression.negated else axis.empty",
        "axis.empty",
        "`is not empty` means `is empty`",
    ),
    Fault(_DECIDING, "_MIRRORED[expression.op]", "expression.op", "`3 < x` means `x < 3`"),
    Fault(
        _DECIDING,
        "            if not before & ~reference.empty:\n",
        "            if not before & reference.empty:\n",
        "what stands behind a reference is empty when the reference is not",
    ),
    Fault(
        _DECIDING,
        "return Unknown() if search.found else Unsatisfiable()",
        "return Unsatisfiable()",
        "what cannot be decided is impossible",
    ),
    Fault(
        _DECIDING,
        "        except Exhausted:\n            return False\n",
        "        except Exhausted:\n            return True\n",
        "what is too hard is impossible",
    ),
    # satisfiability/formula.py
    Fault(
        _FORMULA,
        "Within(axis, cells) if 0 < cells < full else cells == full",
        "Within(axis, cells) if 0 < cells < full else cells >= 0",
        "a test that nothing meets is always met",
    ),
    Fault(
        _FORMULA,
        "cells = axes.get(piece.axis, piece.cells) & piece.cells",
        "cells = axes.get(piece.axis, piece.cells) | piece.cells",
        "`and` on one field means `or`",
    ),
    Fault(
        _FORMULA,
        "cells = axes.get(piece.axis, 0) | piece.cells",
        "cells = axes.get(piece.axis, piece.cells) & piece.cells",
        "`or` on one field means `and`",
    ),
    Fault(
        _FORMULA,
        "            if cells == full[piece.axis]:\n                return True\n",
        "            if cells:\n                return True\n",
        "any `or` on one field is always true",
    ),
    # satisfiability/lifting.py
    Fault(
        _LIFTING,
        'return Every(operands) if expression.op == "and" else Some(operands)',
        "return Every(operands)",
        "`or` means `and`",
    ),
    Fault(
        _LIFTING,
        "return Not(found) if expression.negated else found\n            case Choose",
        "return found\n            case Choose",
        "`is not empty` means `is empty` before it is taken apart",
    ),
    Fault(
        _LIFTING,
        "        return Not(found) if expression.negated else found\n\n    def _tested",
        "        return found\n\n    def _tested",
        "`not in` means `in`",
    ),
    Fault(
        _LIFTING,
        "                    missing.append(Every((guard, empty)))\n",
        "                    missing.append(Every((guard, Not(empty))))\n",
        "a default is taken where there is a value",
    ),
    Fault(
        _LIFTING,
        "*((Every((Not(condition), guard)), leaf) for guard, leaf in self._cases(term.otherwise)),",
        "*((Every((condition, guard)), leaf) for guard, leaf in self._cases(term.otherwise)),",
        "`else` is taken where the condition holds",
    ),
    Fault(
        _LIFTING,
        '                return expression.op == "=="\n',
        "                return True\n",
        "a field differs from itself",
    ),
    Fault(
        _LIFTING,
        "        if isinstance(part, Connective) and part.op == expression.op:\n",
        "        if isinstance(part, Connective):\n",
        "`a and (b or c)` means `a and b and c`",
    ),
    # satisfiability/line.py
    Fault(
        _LINE,
        "            found += [gap] if gap is not None else []\n            found += [cut]",
        "            found += [cut]",
        "there is nothing between two numbers",
    ),
    Fault(_LINE, "position % self.step == 0", "position % self.step != 0", "whole numbers have digits after the point"),
    Fault(
        _LINE,
        "        return found + ([gap] if gap is not None else [])\n",
        "        return found\n",
        "nothing is greater than the greatest number named",
    ),
    Fault(
        _LINE,
        "                if self._holds(item) and (low is None or item > low) and (high is None or item < high)\n",
        "                if self._holds(item) and (low is None or item >= low) and (high is None or item <= high)\n",
        "a number lies between itself and the next",
    ),
    # satisfiability/products.py, search.py
    Fault(
        _PRODUCTS,
        "            if join(one, other, axes) is not None:\n                return False\n",
        "            if join(one, other, axes) is not None:\n                return True\n",
        "conditions that share a record exclude each other",
    ),
    Fault(
        _PRODUCTS,
        "here = everyone & ~named.get(axis, 0)",
        "here = 0",
        "a condition that does not name a field excludes those that do",
    ),
    Fault(
        _SEARCH,
        "                if not possible:\n                    return None\n",
        "",
        "a choice of which nothing is left is passed over",
    ),
    Fault(
        _SEARCH,
        "return part.axis in product and not product[part.axis] & ~part.cells",
        "return part.axis in product",
        "an alternative holds as soon as its field is named",
    ),
    Fault(
        _SEARCH,
        "            for part in reversed(open_choices[place]):\n",
        "            for part in open_choices[place][:1]:\n",
        "only the first alternative is tried",
    ),
)
