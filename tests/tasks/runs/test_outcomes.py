"""Counts of some papers and of others add up to the counts of all."""

from tasks.runs.outcomes import Counts


def test_counts_add_up_and_nothing_is_the_counts_of_no_papers() -> None:
    one = Counts(
        {"ok": 2, "failed": 1}, pages=9, figures=3, subfigures=5, rejected=1, by_modality={"DMFL": 5}
    )
    other = Counts({"failed": 1}, 4, 1, 3, 0, 1, {"DMFL": 1, "GFIG": 1}, 1, {"extract": 0.5})
    total = sum([one, other], Counts())
    assert total == Counts(
        {"ok": 2, "failed": 2}, 13, 4, 8, 1, 1, {"DMFL": 6, "GFIG": 1}, 1, {"extract": 0.5}
    )
    assert (total.papers, total.failed, total.scored) == (4, 2, 7)
    assert one + Counts() == one
