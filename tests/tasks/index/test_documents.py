"""A document is the schema's indexed columns and what is made of a row for an index."""

from pathlib import Path

from tasks.dataset.columns import INDEXED_COLUMNS
from tasks.index.documents import Document, read_documents
from tasks.index.source import list_parts
from tests.tasks.index.small import FIRST, row
from tests.tasks.small_datasets import paper, write_part


def test_a_document_has_the_indexed_columns_in_their_order():
    own = ["row", "embedding", "thumbnail"]
    assert list(Document.__dataclass_fields__) == [column.name for column in INDEXED_COLUMNS] + own


def test_a_part_of_schema_2_has_nothing_to_say_in_the_columns_of_schema_3(tmp_path: Path):
    write_part(tmp_path, FIRST, [row(1)], [paper(1)], version="2")
    ((document,),) = read_documents(list_parts(tmp_path)[0])
    assert document.modality == "DMFL"
    assert (document.compound, document.modality_set) == (None, ())
