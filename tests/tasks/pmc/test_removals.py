"""What an inventory lacks is believed where the bucket says so too, and in numbers only where somebody accepts it."""

from collections.abc import Sequence

import pytest

from tasks.dataset.ledger import LedgerRow
from tasks.errors import InputError
from tasks.pmc.bucket import Bucket
from tasks.pmc.removals import confirm_removals
from tests.pmc_bucket import NAME, PmcBucket, Source
from tests.stores import Store
from tests.tasks.pmc.test_catalogue import ledger_row

DAY = "2026-11-02T01-00Z"


@pytest.fixture
def bucket(s3: Store) -> PmcBucket:
    """It has PMC7 alone, in its second version."""
    bucket = PmcBucket(s3)
    bucket.put(7, Source(b"<article/>", b"%PDF-1.4"), version=2)
    return bucket


def gone(*numbers: int) -> list[LedgerRow]:
    return [ledger_row(number, "any") for number in numbers]


def confirm(rows: Sequence[LedgerRow], held: int, accepted: bool = False) -> list[LedgerRow]:
    return confirm_removals(Bucket(f"s3://{NAME}"), DAY, rows, held, accepted)


@pytest.mark.usefixtures("bucket")
def test_a_few_that_are_gone_are_believed() -> None:
    assert confirm([], 100) == []
    assert confirm(gone(*range(100, 110)), 20) == []
    confirm(gone(*range(100, 150)), 1000)


@pytest.mark.usefixtures("bucket")
def test_many_at_once_are_asked_about() -> None:
    with pytest.raises(InputError, match=r"lacks 51 of the dataset's 1000 articles.*--accept-removals"):
        confirm(gone(*range(100, 151)), 1000)
    confirm(gone(*range(100, 151)), 1000, accepted=True)


@pytest.mark.usefixtures("bucket")
def test_one_that_is_there_all_the_same_stays_unmarked(caplog: pytest.LogCaptureFixture) -> None:
    assert [row.metadata.pmcid for row in confirm(gone(70, 7, 71), 1000)] == ["PMC7"]
    assert "lacks 1 articles of the dataset that are in the bucket, such as PMC7" in caplog.text
    assert [row.metadata.pmcid for row in confirm(gone(7), 1)] == ["PMC7"]


def test_an_inventory_that_lacks_much_of_what_is_there_is_not_believed_unasked(bucket: PmcBucket) -> None:
    for number in range(200, 230):
        bucket.put(number, Source(b"<article/>", b"%PDF-1.4"))
    rows = gone(*range(200, 231))
    with pytest.raises(
        InputError, match=r"of 20 that were looked up are there: it is not believed.*--accept"
    ):
        confirm(rows, 300)
    assert confirm(rows, 300, accepted=True) == rows[:30]
    assert confirm(rows, 1000) == rows[:30]


@pytest.mark.usefixtures("bucket")
def test_not_more_than_some_are_looked_up(s3: Store) -> None:
    before = len(s3.requests)
    confirm(gone(*range(100, 300)), 100_000)
    assert len(s3.requests) - before == 20
