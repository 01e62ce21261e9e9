"""The accounts that expenses and payments name: a fixed list (Zoho Books API v3, Chart of Accounts)."""

from dataclasses import dataclass

from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import books_identity

EXPENSE, CASH, BANK = "expense", "cash", "bank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the general ledger."""

    number: int
    name: str
    type: str

    @property
    def id(self) -> str:
        """The `account_id`."""
        return books_identity(self.number)


ACCOUNTS = (
    Account(number=561001, name="Travel Expense", type=EXPENSE),
    Account(number=561002, name="Rent Expense", type=EXPENSE),
    Account(number=561003, name="Office Supplies", type=EXPENSE),
    Account(number=561004, name="Meals and Entertainment", type=EXPENSE),
    Account(number=561005, name="Repairs and Maintenance", type=EXPENSE),
    Account(number=561006, name="Transportation Expense", type=EXPENSE),
    Account(number=561007, name="Other Expenses", type=EXPENSE),
    Account(number=561020, name="Petty Cash", type=CASH),
    Account(number=561021, name="Undeposited Funds", type=CASH),
    Account(number=561022, name="Business Account", type=BANK),
)
EXPENSE_ACCOUNTS = {account.id: account for account in ACCOUNTS if account.type == EXPENSE}
MONEY_ACCOUNTS = {account.id: account for account in ACCOUNTS if account.type != EXPENSE}


def chart(_call: Call) -> Reply:
    """Answer `GET /chartofaccounts`."""
    shown = [
        {
            "account_id": account.id,
            "account_name": account.name,
            "account_code": "",
            "account_type": account.type,
            "is_active": True,
            "is_user_created": False,
            "is_system_account": False,
        }
        for account in ACCOUNTS
    ]
    return Reply(content={"code": 0, "message": "success", "chartofaccounts": shown})
