"""Whose pictures may be passed on: a figure's own licence counts before its article's, and another source's credit
before both."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tasks.dataset.columns import IMAGE_COLUMN
from tasks.settings import REDISTRIBUTABLE
from tasks.wording.licenses import family

COLUMNS = ("license", "figure_license", "third_party", "withdrawn")
"""What is asked; those that a dataset lacks are as null."""


def is_open(license_: str | None) -> bool:
    """Whether it lets anybody pass a picture on, cut into panels and for any purpose (`REDISTRIBUTABLE`)."""
    return family(license_ or "") in REDISTRIBUTABLE


def may_be_passed_on(rows: pa.Table) -> pa.Array:
    """For each row, whether its picture is under a licence that lets anybody pass it on.

    A figure with permissions of its own is under those. One that credits another source without saying under which
    licence is not its article's to give, so it may not; nor may one whose article was withdrawn.
    """
    article, figure, third_party, withdrawn = (_column(rows, name) for name in COLUMNS)
    ours = pc.and_not(_open(article), pc.equal(third_party, True).fill_null(False))
    return pc.and_(pc.if_else(pc.is_null(figure), ours, _open(figure)), pc.is_null(withdrawn))


def without_pictures(rows: pa.Table, kept: pa.Array) -> pa.Table:
    """The rows, those that are not `kept` with a null for their picture. What else is known of it stays."""
    place = rows.schema.get_field_index(IMAGE_COLUMN)
    field = rows.schema.field(place)
    images = pc.if_else(kept, rows[IMAGE_COLUMN].combine_chunks(), pa.scalar(None, field.type))
    return rows.set_column(place, field, images)


def _open(licenses: pa.Array) -> pa.Array:
    known = [one for one in pc.unique(licenses).to_pylist() if is_open(one)]
    return pc.is_in(licenses, pa.array(known, pa.string()))


def _column(rows: pa.Table, name: str) -> pa.Array:
    if name in rows.column_names:
        return rows[name].combine_chunks()
    return pa.nulls(len(rows), pa.bool_() if name == "third_party" else pa.string())
