"""A document is the schema's indexed columns and what is made of a row for an index."""

from tasks.dataset.schema import INDEXED_COLUMNS
from tasks.index.documents import Document


def test_a_document_has_the_indexed_columns_in_their_order():
    own = ["row", "embedding", "thumbnail"]
    assert list(Document.__dataclass_fields__) == [column.name for column in INDEXED_COLUMNS] + own
