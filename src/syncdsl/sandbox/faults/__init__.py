"""Faults on demand: orders that stand until they are spent, repeatable by their seed.

Also responses held back after the commit, which a test releases when it has looked.
"""

from syncdsl.sandbox.faults.orders import Order, Status, order_of
from syncdsl.sandbox.faults.partial import batch_size
from syncdsl.sandbox.faults.standing import Faults, HoldOrder
from syncdsl.sandbox.faults.struck import Struck
from syncdsl.sandbox.faults.workflows import edits

__all__ = ["Faults", "HoldOrder", "Order", "Status", "Struck", "batch_size", "edits", "order_of"]
