"""What corrections say of the model, and two people of each other."""

from pathlib import Path

import pytest

from tasks.corrections.actions import undo
from tasks.report.people import kappa, people_of
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.index.small import dataset


def test_only_the_random_order_says_how_good_the_model_is(tmp_path: Path):
    out = dataset(tmp_path)
    rows = rows_of(out)
    assert people_of(out) is None
    keep(out, say("label", rows[0], "GTAB", queue="unsure"))
    found = people_of(out)
    assert found is not None
    assert (found.corrections, found.people, found.whole, found.classes) == (1, 1, None, ())
    keep(
        out,
        say("label", rows[0], "DMTR", queue="random"),  # as the model says
        say("label", rows[1], "DMTR", queue="random"),  # it says DMFL
        say("no_figure", rows[4], queue="random"),  # it says DMTR
        say("reject", rows[3], queue="random"),  # names nothing
        say("label", rows[5], "GTAB", queue="random"),  # the model said nothing
    )
    found = people_of(out)
    assert found is not None
    assert (found.whole.rows, found.whole.alike) == (3, 1)
    assert [(share.code, share.rows, share.alike) for share in found.classes] == [
        ("DMTR", 2, 1),
        ("DMFL", 1, 0),
    ]
    assert found.whole.interval == pytest.approx((0.061, 0.792), abs=0.01)  # Wilson, 1 of 3


def test_two_people_are_compared_on_what_both_named(tmp_path: Path):
    out = dataset(tmp_path)
    rows = rows_of(out)
    taken_back = say("label", rows[4], "GGEL", who="Ben")
    keep(
        out,
        *(say("label", row, code) for row, code in zip(rows, ("GTAB", "GTAB", "GGEL", "GGEL"), strict=False)),
        *(
            say("label", row, code, who="Ben")
            for row, code in zip(rows, ("GTAB", "GTAB", "GGEL", "GTAB"), strict=False)
        ),
        say("label", rows[4], "GTAB"),
        taken_back,
        undo(taken_back, "Ben"),
        say("label", rows[5], "GTAB", who="Cy"),
    )
    (pair,) = people_of(out).pairs
    assert (pair.one, pair.other, pair.rows, pair.kappa) == ("Ada", "Ben", 4, pytest.approx(0.5))


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([("a", "a")] * 3, 1.0),
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0),
        ([("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15, 0.4),
    ],
)
def test_cohens_kappa(pairs: list[tuple[str, str]], value: float):
    assert kappa(pairs) == pytest.approx(value)


def test_corrections_that_no_longer_fit_say_nothing(tmp_path: Path):
    out = dataset(tmp_path)
    keep(out, say("label", dict(rows_of(out)[0], image_sha256="f" * 64), "GTAB", queue="random"))
    assert people_of(out) is None
