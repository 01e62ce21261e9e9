"""What both emulated systems stand on."""

from dataclasses import dataclass, field

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.deliveries import Deliveries
from syncdsl.sandbox.faults import Faults
from syncdsl.sandbox.ledger import Ledger
from syncdsl.sandbox.limits import Gate
from syncdsl.sandbox.oauth import Tokens
from syncdsl.sandbox.options import SandboxOptions
from syncdsl.sandbox.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The parts that the emulators share; handlers take from it what they need.

    `addresses` has the base URL of each system once the ports are known.
    """

    options: SandboxOptions
    store: Store
    clock: Clock
    ledger: Ledger
    gate: Gate
    tokens: Tokens
    faults: Faults
    deliveries: Deliveries
    addresses: dict[str, str] = field(default_factory=dict)
