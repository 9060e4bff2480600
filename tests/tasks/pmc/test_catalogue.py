"""What a bucket lists against what a dataset holds: new, changed, gone, and lists that are not believed."""

import datetime as dt
from dataclasses import replace

import pytest

from tasks.dataset.ledger import LedgerRow
from tasks.errors import InputError
from tasks.pmc.articles import Listed
from tasks.pmc.bucket import Bucket
from tasks.pmc.catalogue import Catalogue, each_listed
from tasks.pmc.cursor import Cursor, Span
from tasks.records import Metadata, Withdrawal
from tests.pmc_bucket import NAME, PmcBucket, Source
from tests.stores import Store

URI = f"s3://{NAME}"
PAPER = Source(b"<article/>", b"%PDF-1.4")
NOWHERE = Cursor(URI)
ONE, TWO = "2026-11-01T01-00Z", "2026-11-02T01-00Z"


@pytest.fixture
def bucket(s3: Store) -> PmcBucket:
    """Two days: 1 stays, 2 changes, 3 gets a version, 4 goes, 5 comes."""
    bucket = PmcBucket(s3).on(1)
    for number in (1, 2, 3, 4):
        bucket.put(number, PAPER)
    bucket.write_inventory(1)
    bucket.on(2).put(2, PAPER, title="Other")
    bucket.put(3, PAPER, version=2)
    bucket.remove("PMC4.1")
    bucket.put(5, PAPER)
    bucket.write_inventory(2)
    return bucket


def etag(bucket: PmcBucket, stem: str) -> str:
    return str(bucket.fs.info(f"{NAME}/metadata/{stem}.json")["ETag"].strip('"'))


def ledger_row(
    number: int, version: str | None, *, withdrawn: Withdrawal | None = None, failed: bool = False
) -> LedgerRow:
    return LedgerRow(
        file="p",
        paper_id=f"{number}",
        status="failed" if failed else "ok",
        metadata=Metadata(pmcid=f"PMC{number}", withdrawn=withdrawn),
        source_version=version,
    )


def catalogue(span: Span, *held: LedgerRow, cursor: Cursor = NOWHERE) -> Catalogue:
    return Catalogue(Bucket(URI), span, cursor, {row.metadata.pmcid or "": row for row in held})


def numbers(listed: list[Listed]) -> list[tuple[int, int]]:
    return [(one.article, one.version) for one in listed]


@pytest.mark.parametrize(
    ("span", "new"),
    [
        (Span(TWO), [(1, 1), (2, 1), (3, 2), (5, 1)]),
        (Span(TWO, ONE), [(2, 1), (3, 2), (5, 1)]),
        (Span(TWO, TWO), []),
        (Span(TWO, since=dt.date(2026, 11, 2)), [(2, 1), (3, 2), (5, 1)]),
    ],
)
def test_what_is_new_in_a_span_comes_in_its_newest_version(
    bucket: PmcBucket, span: Span, new: list[tuple[int, int]]
) -> None:
    assert numbers(list(each_listed(catalogue(span).new()))) == new


def test_what_the_dataset_holds_is_changed_or_gone_whatever_the_span(bucket: PmcBucket) -> None:
    old = etag(bucket, "PMC3.1")
    held = [
        ledger_row(1, etag(bucket, "PMC1.1")),
        ledger_row(2, "other"),
        ledger_row(3, old),
        ledger_row(4, "any"),
        ledger_row(5, None),
    ]
    found = catalogue(Span(TWO, TWO), *held)
    assert numbers([listed for listed, _ in found.changed()]) == [(2, 1), (3, 2)]
    assert [row.metadata.pmcid for row in found.gone()] == ["PMC4"]
    assert numbers(list(each_listed(catalogue(Span(TWO, ONE), *held).new()))) == []


def test_pmcids_that_are_none_are_passed_over(bucket: PmcBucket) -> None:
    """Those of other papers are what their JATS says."""
    names = ("PMC", "PMC99999999999999999999", "PMC٣", "PMC1.1", "x")
    held = [replace(ledger_row(1, "any"), metadata=Metadata(pmcid=name)) for name in names]
    found = catalogue(Span(TWO, TWO), *held)
    assert (found.changed(), found.gone()) == ([], [])


def test_marks_are_made_once_and_what_comes_back_is_taken_again(bucket: PmcBucket) -> None:
    marked = [
        ledger_row(4, "any", withdrawn="removed"),
        ledger_row(1, etag(bucket, "PMC1.1"), withdrawn="removed"),
    ]
    found = catalogue(Span(TWO, TWO), *marked)
    assert found.gone() == []
    assert numbers([listed for listed, _ in found.changed()]) == [(1, 1)]


def test_failed_articles_are_found_for_another_try(bucket: PmcBucket) -> None:
    held = [ledger_row(1, etag(bucket, "PMC1.1"), failed=True), ledger_row(2, "other")]
    found = catalogue(Span(TWO, TWO), *held)
    assert numbers([listed for listed, _ in found.changed(failed=True)]) == [(1, 1)]


def test_inventories_that_were_named_tell_of_their_difference_alone(bucket: PmcBucket) -> None:
    found = catalogue(
        Span(TWO, ONE, whole=False), ledger_row(1, "other"), ledger_row(2, "other"), ledger_row(9, "any")
    )
    assert numbers([listed for listed, _ in found.changed()]) == [(2, 1)]
    assert found.gone() == []


def test_an_inventory_that_lists_far_less_than_the_last_is_not_believed(bucket: PmcBucket) -> None:
    with pytest.raises(InputError, match="not believed"):
        catalogue(Span(TWO), cursor=Cursor(URI, ONE, articles=100))


def test_articles_that_went_under_another_licence_are_looked_at_again_once_more_licences_are_asked_for(
    bucket: PmcBucket,
) -> None:
    held = [ledger_row(1, etag(bucket, "PMC1.1"), withdrawn="relicensed")]
    found = catalogue(Span(TWO, TWO), *held, cursor=Cursor(URI, TWO, licenses=("CC0", "CC BY")))
    assert found.changed(("CC BY",)) == []
    assert numbers([listed for listed, _ in found.changed(("CC BY", "CC BY-NC"))]) == [(1, 1)]
    assert numbers([listed for listed, _ in found.changed(("*",))]) == [(1, 1)]


def test_what_could_not_be_read_as_it_is_now_waits_until_that_is_asked_for_or_it_changes(
    bucket: PmcBucket,
) -> None:
    held = [ledger_row(2, "before"), ledger_row(3, "before"), ledger_row(5, "before", failed=True)]
    cursor = replace(
        NOWHERE, unread={"PMC2": etag(bucket, "PMC2.1"), "PMC3": etag(bucket, "PMC3.1"), "PMC9": "e"}
    )
    found = catalogue(Span(TWO), *held, cursor=cursor)
    assert found.unread() == 1
    assert numbers([listed for listed, _ in found.changed()]) == [(3, 2), (5, 1)]
    assert numbers([listed for listed, _ in found.changed(failed=True)]) == [(2, 1), (5, 1)]
    back = catalogue(Span(TWO), ledger_row(2, "before", withdrawn="removed"), cursor=cursor)
    assert (back.unread(), len(back.changed()), back.changed(failed=True)) == (0, 1, [])
    read = catalogue(Span(TWO), ledger_row(2, etag(bucket, "PMC2.1")), cursor=cursor)
    assert (read.unread(), read.changed(), read.changed(failed=True)) == (0, [], [])
