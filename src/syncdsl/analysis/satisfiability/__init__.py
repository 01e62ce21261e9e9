"""A decision procedure for conditions: is there a record that meets them, and which.

Decided are choices, ranges of numbers, days and instants, emptiness, equality and membership of texts, stages and
booleans, also behind references and inside `??` and `if`, joined by `and`, `or` and `not`. What else a condition asks
is an unknown of its own, so that an answer may be `Unknown` but is never wrong.
"""

from syncdsl.analysis.satisfiability.answers import Answer, Satisfied, Unknown, Unsatisfiable
from syncdsl.analysis.satisfiability.conditions import Conditions
from syncdsl.analysis.satisfiability.deciding import always, disjoint, implies, never, witness
from syncdsl.analysis.satisfiability.record_type import RecordType
from syncdsl.analysis.satisfiability.wording import example_text

__all__ = [
    "Answer",
    "Conditions",
    "RecordType",
    "Satisfied",
    "Unknown",
    "Unsatisfiable",
    "always",
    "disjoint",
    "example_text",
    "implies",
    "never",
    "witness",
]
