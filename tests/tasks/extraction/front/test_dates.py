"""The day of publication, as publishers print it."""

import datetime as dt

import pytest

from tasks.extraction.front.dates import read_published


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Received: 1 January 2019; Accepted: 28 April 2019; Published: 3 May 2019", dt.date(2019, 5, 3)),
        (
            "Received: 14 October 2014 / Accepted: 20 November 2014 / Published online: 9 December 2014",
            dt.date(2014, 12, 9),
        ),
        ("Published: July 14, 2020\nCopyright: © 2020", dt.date(2020, 7, 14)),
        ("First published 12th Sept. 2016", dt.date(2016, 9, 12)),
        ("Publication date: 2021-02-27", dt.date(2021, 2, 27)),
        ("Published online: 4 May 2018\nPublished: 1 June 2018", dt.date(2018, 5, 4)),
        ("Published online: 08-02-2018", None),  # the second of August in some places
        ("Published: 31 February 2019", None),
        ("Published: May 2019", None),
        ("Accepted: 28 April 2019", None),
        ("(published between 1997 and 2018)", None),
        ("republished: 3 May 2019", None),
    ],
)
def test_only_a_whole_and_certain_day_of_publication_counts(text: str, day: dt.date | None) -> None:
    assert read_published(text) == day
