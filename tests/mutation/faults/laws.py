"""Faults in the laws of maps: what goes over comes back."""

from __future__ import annotations

from tests.mutation.fault import Fault

FAULTS = (
    # laws/__init__.py
    Fault(
        "analysis/laws/__init__.py",
        "if line.to_right is None or line.to_left is None:\n            continue",
        "if line.to_right is None or line.to_left is not None:\n            continue",
        "two-way lines are not judged",
    ),
    Fault(
        "analysis/laws/__init__.py",
        "            if not (isinstance(found.problem, Broken) and _has_strange_rows(found.problem, checker)):\n                _report(found, places, checker)",
        "            _report(found, places, checker)",
        "a table with a row for no choice is reported for the row it lacks as well",
    ),
    Fault(
        "analysis/laws/__init__.py",
        'if isinstance(expression, Connective) and expression.op == "and":',
        "if isinstance(expression, Connective):",
        "both parts of an `or` count as given",
    ),
    Fault(
        "analysis/laws/__init__.py",
        "    for loss in found.losses:\n",
        "    for loss in found.losses[:1]:\n",
        "of what a line loses only the first is told",
    ),
    Fault(
        "analysis/laws/__init__.py",
        "record.evaluate(evaluate) is True for reads, evaluate in",
        "record.evaluate(evaluate) is not None for reads, evaluate in",
        "records out of scope are judged as well",
    ),
    Fault(
        "analysis/laws/__init__.py",
        "for reads, evaluate in tests.get(side, ()) if reads <= values.keys()",
        "for reads, evaluate in tests.get(side, ()) if not reads",
        "a `where` excuses nothing",
    ),
    # laws/forms.py
    Fault(
        "analysis/laws/forms.py",
        "out.factor * back.factor == 1 and back.factor * out.offset + back.offset == 0",
        "out.factor * back.factor == 1",
        "an offset need not be taken back",
    ),
    Fault(
        "analysis/laws/forms.py",
        "out.factor * back.factor == 1 and back.factor * out.offset + back.offset == 0",
        "back.factor * out.offset + back.offset == 0",
        "a factor need not be taken back",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return out.days + back.days == 0",
        "return out.days == back.days",
        "days are added twice instead of taken back",
    ),
    Fault(
        "analysis/laws/forms.py",
        "out.table == back.table and out.direction != back.direction",
        "out.direction != back.direction",
        "one table undoes another",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return left if _never_empty(left, own) else Coalesce",
        "return left if left else Coalesce",
        "a default is passed over although the value may be empty",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return otherwise if decided is False else then",
        "return then if decided is False else otherwise",
        "the branch that is never taken is judged",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return condition.negated\n",
        "return not condition.negated\n",
        "the field counts as empty where it is not",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return None if operand is None else not operand",
        "return operand",
        "`not` is dropped from what decides a branch",
        equivalent="`not` before a test of emptiness comes to the plan as its opposite.",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return _never_empty(expression.then, own) and _never_empty(expression.otherwise, own)",
        "return _never_empty(expression.then, own) or _never_empty(expression.otherwise, own)",
        "an `if` with one empty branch is never empty",
    ),
    Fault(
        "analysis/laws/forms.py",
        "fits = longest is not None and most is not None and longest <= most",
        "fits = longest is not None and most is not None",
        "truncating counts as keeping everything",
    ),
    Fault(
        "analysis/laws/forms.py",
        "kept = found.scale is not None and digits is not None and found.scale <= digits",
        "kept = digits is not None",
        "rounding counts as keeping everything",
    ),
    Fault(
        "analysis/laws/forms.py",
        "kept = found.scale is not None and digits is not None and found.scale <= digits",
        "kept = found.scale is not None and digits is not None and found.scale < digits",
        "rounding to the field's own digits counts as losing some",
    ),
    Fault(
        "analysis/laws/forms.py",
        "_times(form_of(expression.operand, own, kind), Decimal(-1), expression)",
        "form_of(expression.operand, own, kind)",
        "a minus sign need not be taken back",
    ),
    Fault(
        "analysis/laws/forms.py",
        'return _shifted(found, constant, -1 if expression.op == "-" else 1, expression)',
        "return _shifted(found, constant, 1, expression)",
        "days that are taken away count as added",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return _plus(found, constant.copy_negate(), expression)",
        "return _plus(found, constant, expression)",
        "what is subtracted counts as added",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return _plus(_times(found, Decimal(-1), expression), constant, expression)",
        "return _plus(found, constant, expression)",
        "`5 - x` counts as `x + 5`",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return _over(found, constant, expression) if one is None else Doubt(expression)",
        "return _over(found, constant, expression)",
        "`5 / x` counts as `x / 5`",
    ),
    Fault(
        "analysis/laws/forms.py",
        "    if more is None:\n        return Doubt(whole)\n",
        "    more = more or 0\n",
        "a division that has no end counts as exact",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return max(twos, fives) if rest == 1 else None",
        "return max(twos, fives)",
        "every division counts as one with an end",
    ),
    Fault(
        "analysis/laws/forms.py",
        "return found if found.digits <= _MOST_DIGITS else Doubt(whole)",
        "return found",
        "numbers have as many digits as one likes",
    ),
    # laws/judgement.py
    Fault(
        "analysis/laws/judgement.py",
        '        _Direction("right", right, left, tables, type_of, within),\n',
        "",
        "the way from the right and back is not judged",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "        if isinstance(found, Broken):\n            return Judgement(problem=found)\n",
        "",
        "a value that does not come back is accepted",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "doubt = doubt or found",
        "doubt = doubt",
        "a line that nothing is known of is accepted",
    ),
    Fault(
        "analysis/laws/judgement.py", "        losses += direction.losses\n", "", "nobody is told what a default loses"
    ),
    Fault(
        "analysis/laws/judgement.py",
        "if not proven or isinstance(out, Looked):",
        "if not proven:",
        "rows of a table that go one way are not noticed",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "if not proven and not (is_finite(self._here.type) and self._alone()):",
        "if not proven and not is_finite(self._here.type):",
        "samples count as a proof although other fields are read",
    ),
    Fault(
        "analysis/laws/judgement.py",
        'and "today" not in calls',
        "",
        "samples count as a proof although the day is asked for",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "                if found.same or found.review:\n",
        "                if found.same:\n",
        "a value that goes to review counts as lost",
    ),
    Fault(
        "analysis/laws/judgement.py",
        'cause in {"default", "row"} or (cause == "no row" and not is_finite(self._here.type))',
        'cause in {"default", "row", "no row"}',
        "a table without a row for a choice is accepted",
    ),
    Fault(
        "analysis/laws/judgement.py",
        'cause in {"default", "row"} or (cause == "no row" and not is_finite(self._here.type))',
        'cause in {"default", "row"}',
        "a table has to have a row for every text",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "if not self._within(self._side, {**others, self._here.own: value}):\n                    continue",
        "if self._within is None:\n                    continue",
        "values out of scope are judged",
    ),
    Fault(
        "analysis/laws/judgement.py",
        'if known.cause == cause and (cause != "row" or known.trip.start == found.start):',
        "if known.cause == cause:",
        "of all rows that go one way only the first is told",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "        yield from self._fitting(named)\n",
        "",
        "values that an expression names are not tried",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "        if self._here.others or self._there.others:\n            found.append",
        "        if False:\n            found.append",
        "what else a line reads is always empty",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "if cause[0] is not None or found.middle is None:\n            return cause",
        "if cause is not None:\n            return cause",
        "the way back is never the cause",
    ),
    Fault(
        "analysis/laws/judgement.py",
        '("default" if found == "no row" and defaulted else found), part.table',
        "found, part.table",
        "a default does not excuse a table without a row",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "taken = self._read(expression.condition, end, values) is True",
        "taken = self._read(expression.condition, end, values) is not True",
        "a table in the branch that is not taken is the cause",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "isinstance(expression, Coalesce) and operand is expression.left",
        "isinstance(expression, Coalesce) and operand is expression.right",
        "a default stands behind itself",
    ),
    Fault(
        "analysis/laws/judgement.py",
        'return None if (answer, key) in opposite else "row"',
        "return None",
        "a row that goes one way is no cause",
    ),
    Fault(
        "analysis/laws/judgement.py",
        'return "row" if has_rest else "no row"',
        'return "no row"',
        "a row for the rest does not count as a row",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "if not found.review and not found.same and not is_empty(found.middle):",
        "if not found.review and not found.same and is_empty(found.middle):",
        "nobody is told what an empty field comes back as",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "            if not self._within(self._side, {**others, self._here.own: None}):\n                continue\n",
        "",
        "an empty field out of scope counts",
    ),
    Fault(
        "analysis/laws/judgement.py",
        "return canonical_text(key) == canonical_text(value)",
        "return key == value",
        "a row is not found for a text with other spaces",
    ),
    # laws/samples.py, laws/trips.py
    Fault(
        "analysis/laws/samples.py",
        "return isinstance(kind, ChoiceType | BooleanType)",
        "return isinstance(kind, ChoiceType | BooleanType | TextType)",
        "a few texts count as all there are",
    ),
    Fault(
        "analysis/laws/samples.py",
        "return isinstance(kind, ChoiceType | BooleanType)",
        "return isinstance(kind, ChoiceType)",
        "true and false count as some of many values",
    ),
    Fault("analysis/laws/samples.py", "return [True, False]", "return [True]", "`false` is never tried"),
    Fault(
        "analysis/laws/samples.py",
        "        case ChoiceType():\n            return list(kind.options)",
        "        case ChoiceType():\n            return list(kind.options[:1])",
        "only the first choice is tried",
    ),
    Fault(
        "analysis/laws/trips.py",
        "    if misfit(middle, there.type) is not None:\n        return Trip(start=start, middle=middle, result=None, same=False, review=True)\n",
        "",
        "a value that does not fit on the other side is not reviewed",
    ),
    Fault(
        "analysis/laws/trips.py",
        "canonical(result, here.type) == canonical(start, here.type)",
        "result == start",
        "a telephone number that comes back in another form counts as lost",
    ),
    Fault(
        "analysis/laws/trips.py",
        "(written.target,) if written.lookup is None else (written.target, written.lookup.field)\n    return End(",
        "(written.target,)\n    return End(",
        "a field that is looked up counts as another one",
    ),
    Fault(
        "analysis/laws/trips.py",
        "there.read({**far_others, there.own: middle})",
        "there.read({there.own: middle})",
        "what else is read on the way back is empty",
    ),
)
