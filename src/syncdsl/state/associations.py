"""Which documents people associated with which records. Whether they still are is for the other system to say."""

from __future__ import annotations

from sqlalchemy import and_, delete, select

from syncdsl.state.part import Part
from syncdsl.state.records import Association
from syncdsl.state.tables import ASSOCIATION
from syncdsl.state.upsert import upsert

_NAMES = [column.name for column in ASSOCIATION.c]


class Associations(Part):
    """Who associated what, and when."""

    def associations(self, connection: str, module: str, record_id: str) -> list[Association]:
        """Return the documents that people associated with a record."""
        condition = and_(
            ASSOCIATION.c.record_connection == connection,
            ASSOCIATION.c.record_module == module,
            ASSOCIATION.c.record_id == record_id,
        )
        with self.reading() as reader:
            rows = reader.execute(
                select(ASSOCIATION).where(condition).order_by(ASSOCIATION.c.module, ASSOCIATION.c.document_id)
            ).mappings()
            return [Association(**row) for row in rows]

    def put_association(self, association: Association) -> None:
        """Remember an association in place of the one that the document had."""
        with self.writing(single=True) as connection:
            upsert(connection, ASSOCIATION, [{name: getattr(association, name) for name in _NAMES}])

    def forget_association(self, connection: str, module: str, document_id: str) -> None:
        """Forget whom a document is associated with."""
        condition = and_(
            ASSOCIATION.c.connection == connection,
            ASSOCIATION.c.module == module,
            ASSOCIATION.c.document_id == document_id,
        )
        with self.writing(single=True) as writer:
            writer.execute(delete(ASSOCIATION).where(condition))
