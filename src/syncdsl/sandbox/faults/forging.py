"""Outgoing calls that a stranger could have sent: a changed body, or a wrong token or signature."""

import json
from dataclasses import replace

from syncdsl.sandbox.faults.orders import Webhook
from syncdsl.sandbox.outgoing import Delivery

FORGED = "forged"


def forged(delivery: Delivery, order: Webhook) -> Delivery:
    """Return the delivery with a body that the signature does not cover, or with a wrong proof of its sender.

    CRM's proof is the token in the body, Books' the signature in a header.
    """
    try:
        body = json.loads(delivery.body)
    except ValueError:
        body = None
    if order.forged == "body":
        changed = {**body, FORGED: True} if isinstance(body, dict) else None
        return replace(delivery, body=json.dumps(changed).encode() if changed else delivery.body + b"&forged=1")
    if isinstance(body, dict) and "token" in body:
        delivery = replace(delivery, body=json.dumps({**body, "token": FORGED}).encode())
    headers = {
        name: _wrong(value) if name.lower().endswith("signature") else value for name, value in delivery.headers.items()
    }
    return replace(delivery, headers=headers)


def _wrong(signature: str) -> str:
    return "".join("0" if letter != "0" else "1" for letter in signature)
