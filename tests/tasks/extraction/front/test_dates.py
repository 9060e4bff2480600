"""The day of publication, as publishers print it."""

import datetime as dt
import time

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
        ("Received 1 May 2015 /Revised: 28 May 2015 /Published online: 20 June 2015", dt.date(2015, 6, 20)),
        ("published: 25 May 2018\nPublished:  25\tMay 2018.", dt.date(2018, 5, 25)),
        ("Published online: 4 May 2018\nPublished: 1 June 2018", None),
        ("Published online: 4 May 2018; Published: 1 June 2018", None),
        ("This was first published on 12 March 1999 by Smith; our trial", None),
        ("Published on 12 March 1999 by Smith, it was read widely", None),
        ("3. Smith J. Whiskers. Nature. Published online 3 May 2009.", None),
        ("3. Smith J. Nature. Published online 3 May 2009.\nPublished: 4 May 2018", dt.date(2018, 5, 4)),
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


@pytest.mark.parametrize("line", ["Published" + " " * 100_000 + "x", "Published" + " ; " * 100_000])
def test_runs_of_blanks_cost_no_more_than_their_length(line: str) -> None:
    started = time.process_time()
    assert read_published(line) is None
    assert time.process_time() - started < 10
