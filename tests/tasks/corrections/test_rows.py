"""Which corrections still fit what a dataset holds by now."""

from pathlib import Path

from tasks.corrections.actions import undo
from tasks.corrections.rows import fit, read_columns
from tests.tasks.corrections.acts import piece, rows_of, say
from tests.tasks.index.small import FIRST, dataset, part, row


def test_corrections_of_other_pictures_or_places_are_stale(tmp_path: Path):
    out = dataset(tmp_path)
    rows = rows_of(out)
    fitting, elsewhere = (
        say("label", rows[0], "GTAB"),
        say("reject", dict(rows[1], subfigure_bbox=[1, 50, 60, 90])),
    )
    another, taken_back = say("reject", dict(rows[2], image_sha256="f" * 64)), say("reject", rows[3])
    found = fit(out, [fitting, elsewhere, another, taken_back, undo(taken_back, "Ada")])
    assert (found.fitting, found.stale) == ((fitting,), (elsewhere, another))


def test_what_is_said_of_a_piece_fits_as_long_as_the_piece_stands(tmp_path: Path):
    out = dataset(tmp_path)
    target = rows_of(out)[0]
    made = piece(target, 10_001, (0, 0, 5, 5))
    split = say("split", target, pieces=(made,))
    as_row = dict(
        target, subfigure_id=made.subfigure_id, image_sha256=made.image_sha256, subfigure_bbox=list(made.bbox)
    )
    named = say("label", as_row, "GTAB")
    assert fit(out, [split, named]).fitting == (split, named)
    assert fit(out, [split, named, undo(split, "Ada")]).stale == (named,)


def test_rows_numbered_anew_by_another_extraction_keep_their_corrections(tmp_path: Path):
    part(tmp_path, FIRST, [row(1), row(2)])
    named = say("label", rows_of(tmp_path)[0], "GTAB")
    part(tmp_path, FIRST, [row(1, subfigure_id=f"{1:016x}/3/4"), row(2)])
    assert fit(tmp_path, [named]).fitting == (named,)


def test_a_column_that_a_part_lacks_is_null(tmp_path: Path):
    part(tmp_path, FIRST, [row(1)])
    (found,) = [table for _, table in read_columns(tmp_path, ["subfigure_id", "nonsense"])]
    assert found["nonsense"].to_pylist() == [None]
