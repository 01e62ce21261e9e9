"""COQL: queries over one module, parsed by a grammar and answered by the database."""

from syncdsl.sandbox.crm.coql.query import Coql

__all__ = ["Coql"]
