"""Faults in map lines: what they write, whether it fits, and which two of them are one."""

from __future__ import annotations

from tests.mutation.fault import Fault

FAULTS = (
    # maps.py
    Fault(
        "analysis/maps.py",
        "    if not isinstance(node, ast.Path):\n        checker.report(\n            NOT_WRITABLE",
        "    if node is None:\n        checker.report(\n            NOT_WRITABLE",
        "an expression may be written",
    ),
    Fault(
        "analysis/maps.py",
        "        if field.read_only:\n            _report_read_only(node.text, node, scope, checker)\n            return None\n",
        "",
        "a field that the system sets itself may be written",
    ),
    Fault(
        "analysis/maps.py",
        '    if found is None and parts == ("id",):\n        _report_read_only("id", node, scope, checker)\n        return None\n',
        "",
        "a record's own id may be written",
    ),
    Fault(
        "analysis/maps.py",
        "len(resolved.path) != 2 or not resolved.field.unique",
        "len(resolved.path) != 2",
        "a record may be looked up by a field that is not unique",
    ),
    Fault(
        "analysis/maps.py",
        "len(resolved.path) != 2 or not resolved.field.unique",
        "not resolved.field.unique",
        "a record may be looked up through another record",
    ),
    Fault(
        "analysis/maps.py",
        "    if field.read_only:\n        _report_read_only(found[0], node, scope, checker)\n        return None\n",
        "",
        "a reference that the system sets itself may be looked up and written",
    ),
    Fault(
        "analysis/maps.py",
        "if node.arrow is nodes.Arrow.BOTH and not self._invertible(node):",
        "if node.arrow is nodes.Arrow.BOTH and self._invertible(node) is None:",
        "a two-way line need not be invertible",
    ),
    Fault(
        "analysis/maps.py",
        "if node.arrow in {nodes.Arrow.LEFT, nodes.Arrow.BOTH} and not failed:",
        "if node.arrow in {nodes.Arrow.LEFT} and not failed:",
        "a two-way line goes right alone",
    ),
    Fault(
        "analysis/maps.py",
        '(self._left, self._right) if direction == "right" else (self._right, self._left)',
        "(self._left, self._right)",
        "a line to the left is read as one to the right",
    ),
    Fault(
        "analysis/maps.py",
        "create_only=into.field.create_only",
        "create_only=False",
        "a field that is set at creation alone is updated",
    ),
    Fault(
        "analysis/maps.py",
        "required=into.field.required",
        "required=False",
        "a required field counts as one that may be empty",
    ),
    Fault(
        "analysis/maps.py",
        "if self._checker.linked(here, typed.type.modules, there, into.value.modules):",
        "if self._checker.linked(there, into.value.modules, here, typed.type.modules) or here:",
        "a reference needs no module that pairs the two sides",
    ),
    Fault(
        "analysis/maps.py",
        "                return True\n            sources =",
        "                return False\n            sources =",
        "a reference is written as it is, not as its partner",
    ),
    Fault(
        "analysis/maps.py",
        "if (fit := fits(typed.type, into.value, constant)).problem is not None",
        "if (fit := fits(typed.type, into.value, None)).problem is not None",
        "a text in one branch may be no choice of the written field",
    ),
    Fault(
        "analysis/maps.py",
        "        if fit.problem is not None:\n            self._checker.report(\n                UNKNOWN_CHOICE",
        "        if fit.problem is not None and not fit.choice:\n            self._checker.report(\n                UNKNOWN_CHOICE",
        "a choice that there is not may be written",
    ),
    Fault(
        "analysis/maps.py",
        "if fit.note is not None and not _only_texts(typed.expression):",
        "if fit.note is not None and _only_texts(typed.expression):",
        "nobody is told that a value may not fit",
    ),
    Fault(
        "analysis/maps.py",
        "            self._checker.table_answers.setdefault((table.table, table.direction), []).append(into.value)\n",
        "",
        "answers of a table that are no choice of the written field are passed over",
    ),
    Fault(
        "analysis/maps.py",
        "if table is not None and len(call.arguments) == 1 and isinstance(call.arguments[0], ast.Path):\n                return True",
        "if len(call.arguments) == 1 and isinstance(call.arguments[0], ast.Path):\n                return True",
        "a builtin may stand in a two-way line",
    ),
    Fault(
        "analysis/maps.py",
        "if table is None and find_builtin(call.function) is None:",
        "if table is None and find_builtin(call.function) is not None:",
        "an unknown function in a two-way line cannot be read backwards",
    ),
    Fault(
        "analysis/maps.py",
        '                    found["when_empty"] = True',
        '                    found["when_empty"] = False',
        "`when empty` is forgotten",
    ),
    Fault("analysis/maps.py", 'found["prefer"] = prefer', 'found["prefer"] = None', "`prefer` is forgotten"),
    Fault(
        "analysis/maps.py",
        'if found["enforce"] and found["when_empty"]:',
        'if found["enforce"] and found["else_skip"] and found["when_empty"]:',
        "a line may be enforced and left alone at once",
    ),
    Fault(
        "analysis/maps.py",
        'right: "right", left: "left"}',
        'right: "left", left: "right"}',
        "the other side wins a conflict",
    ),
    Fault(
        "analysis/maps.py",
        "near = did_you_mean(constant, into.value.options) if constant is not None else None",
        "near = None",
        "no choice is proposed for one that is nearly right",
    ),
    # joining.py
    Fault(
        "analysis/joining.py",
        "        used.add(found)\n        other, span",
        "        other, span",
        "a line is joined with two others",
        equivalent="The second line would write a field that is written already, and only the first is kept.",
    ),
    Fault(
        "analysis/joining.py",
        "later[0] <= index or later[0] in used",
        "later[0] <= index",
        "a line that is joined already is joined again",
    ),
    Fault(
        "analysis/joining.py",
        "        _check_modifiers(line, other, span, checker)\n        joined",
        "        joined",
        "two directions of one line may have different modifiers",
    ),
    Fault(
        "analysis/joining.py",
        "            _check_modifiers(first, second, place if index < other else span, checker)\n",
        "",
        "a line that says more may have other modifiers",
    ),
    Fault(
        "analysis/joining.py",
        "one_way.pop((both.group, side, item.target, item.reads[0]), [])",
        "one_way.pop((None, side, item.target, item.reads[0]), [])",
        "a line in another group says more about a two-way line",
    ),
    Fault(
        "analysis/joining.py",
        'own = (("right", both.to_right), ("left", both.to_left))',
        'own = (("right", both.to_right),)',
        "a line to the left says nothing more about a two-way line",
    ),
    Fault(
        "analysis/joining.py",
        "{(line.group, line.to_left.target, path[0]) for path in line.to_left.reads}",
        "{(None, line.to_left.target, path[0]) for path in line.to_left.reads}",
        "lines of two groups are joined",
    ),
    Fault(
        "analysis/joining.py",
        "(line.group, path[0], line.to_right.target)",
        "(line.group, line.to_right.target, path[0])",
        "the fields of a line are looked for on the wrong sides",
    ),
    Fault(
        "analysis/joining.py",
        '            ("else skip", line.else_skip, other.else_skip),\n',
        "",
        "only one direction of a line may say `else skip`",
    ),
    Fault(
        "analysis/joining.py",
        "and line.prefer != other.prefer:",
        "and line.prefer == other.prefer:",
        "the two directions of a line may prefer different sides",
    ),
    Fault(
        "analysis/joining.py",
        "prefer=line.prefer or other.prefer",
        "prefer=line.prefer",
        "`prefer` on the second direction is forgotten",
    ),
    Fault(
        "analysis/joining.py",
        "when_empty=line.when_empty",
        "when_empty=False",
        "`when empty` is forgotten when two lines are joined",
    ),
)
