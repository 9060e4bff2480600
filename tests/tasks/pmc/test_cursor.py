"""From when an ingest goes on, and when the cursor may move."""

import datetime as dt
import json
import logging
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tasks.errors import InputError, OutputError
from tasks.pmc.cursor import (
    FILE,
    Cursor,
    Span,
    choose_span,
    load_cursor,
    moved,
    save_cursor,
    start_cursor,
    tried,
)
from tasks.records import Metadata, Paper, PaperFiles, SourceFile
from tasks.runs.outcomes import Counts, FailedPaper, ShardOutcome
from tasks.runs.shard import Shard
from tasks.settings import PMC_BUCKET, IngestSettings
from tasks.stores import paths
from tests.stores import Store

INVENTORIES = ["2026-11-01T01-00Z", "2026-11-02T03-00Z", "2026-11-03T01-00Z"]
NEWEST = INVENTORIES[-1]


def settings(**changes: object) -> IngestSettings:
    return IngestSettings(out="x", **changes)  # type: ignore[arg-type]


def cursor(inventory: str | None = None, since: str | None = None) -> Cursor:
    return Cursor(PMC_BUCKET, inventory, since, licenses=settings().licenses)


@pytest.mark.parametrize(
    ("asked", "known", "span"),
    [
        ({}, None, Span(NEWEST)),
        ({}, cursor(INVENTORIES[0]), Span(NEWEST, INVENTORIES[0])),
        ({}, cursor("2026-09-05T01-00Z"), Span(NEWEST, since=dt.date(2026, 9, 4))),
        ({}, cursor(since="2026-10-01"), Span(NEWEST, since=dt.date(2026, 10, 1))),
        ({"since": dt.date(2026, 10, 2)}, cursor(INVENTORIES[0]), Span(NEWEST, since=dt.date(2026, 10, 2))),
        ({"inventory": "2026-11-01..2026-11-02"}, None, Span(INVENTORIES[1], INVENTORIES[0], whole=False)),
    ],
)
def test_a_run_looks_at_what_came_since_the_last(
    asked: dict[str, object], known: Cursor | None, span: Span
) -> None:
    assert choose_span(settings(**asked), known, INVENTORIES) == span


@pytest.mark.parametrize("text", ["2026-11-01", "2026-11-01..", "2026-10-01..2026-11-02"])
def test_inventories_that_are_not_there_are_said(text: str) -> None:
    with pytest.raises(InputError, match="--inventory"):
        choose_span(settings(inventory=text), None, INVENTORIES)


@pytest.mark.parametrize(
    ("known", "span", "moves"),
    [
        (cursor(), Span(NEWEST), True),
        (cursor(since="2026-10-01"), Span(NEWEST, since=dt.date(2026, 10, 1)), True),
        (cursor(since="2026-10-01"), Span(NEWEST, since=dt.date(2026, 10, 9)), False),
        (cursor(INVENTORIES[0]), Span(NEWEST, INVENTORIES[0]), True),
        (cursor(INVENTORIES[0]), Span(NEWEST, INVENTORIES[1], whole=False), False),
        (cursor(INVENTORIES[1]), Span(INVENTORIES[1], INVENTORIES[0], whole=False), False),
        (cursor(NEWEST), Span(INVENTORIES[1], since=dt.date(2026, 10, 9)), False),
        (cursor(INVENTORIES[0]), Span(NEWEST, since=dt.date(2026, 11, 2)), False),
        (cursor(INVENTORIES[0]), Span(NEWEST, since=dt.date(2026, 10, 31)), True),
    ],
)
def test_the_cursor_moves_only_over_what_was_looked_at(known: Cursor, span: Span, moves: bool) -> None:
    after = moved(known, span, settings(), 5)
    assert (after != known) == moves
    if moves:
        assert (after.inventory, after.since, after.articles) == (span.newer, None, 5)


def test_a_cursor_is_kept(tmp_path: Path) -> None:
    assert load_cursor(tmp_path) is None
    save_cursor(tmp_path, cursor(NEWEST))
    assert load_cursor(tmp_path) == cursor(NEWEST)


def test_a_cursor_is_kept_on_a_store(s3: Store) -> None:
    out = paths.store_path("s3://bucket/out")
    assert load_cursor(out) is None
    save_cursor(out, cursor(NEWEST))
    assert load_cursor(out) == cursor(NEWEST)


def test_a_cursor_of_before_there_were_articles_that_could_not_be_read_is_read(tmp_path: Path) -> None:
    known = asdict(cursor(NEWEST))
    del known["unread"]
    (tmp_path / FILE).write_text(json.dumps(known))
    assert load_cursor(tmp_path) == cursor(NEWEST)
    save_cursor(tmp_path, replace(cursor(NEWEST), unread={"PMC1": "e"}))
    assert load_cursor(tmp_path) == Cursor(
        PMC_BUCKET, NEWEST, licenses=settings().licenses, unread={"PMC1": "e"}
    )


def test_a_cursor_knows_which_changed_articles_could_not_be_read_until_they_are() -> None:
    first, second = (
        PaperFiles(
            Paper(f"{n}" * 64, f"s3://b/{n}.pdf", Metadata(pmcid=f"PMC{n}"), f"etag {n}"), SourceFile(f"{n}")
        )
        for n in (1, 2)
    )
    stayed = FailedPaper("1.pdf", "s3://b/1.pdf", "damaged", "Damaged.")
    known = replace(cursor(NEWEST), unread={"PMC2": "before", "PMC3": "kept"})
    now = tried(known, Shard("part-1", (first, second)), ShardOutcome("", Counts(), not_renewed=(stayed,)))
    assert now == replace(known, unread={"PMC3": "kept", "PMC1": "etag 1"})
    assert tried(now, Shard("part-1", (first,)), ShardOutcome("", Counts())).unread == {"PMC3": "kept"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"bucket": "x", "licenses": [], "unread": 1}',
        '{"bucket": "x", "licenses": [], "other": 1}',
    ],
)
def test_a_cursor_that_cannot_be_read_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(OutputError, match="--since"):
        load_cursor(tmp_path)


def test_a_first_run_keeps_from_when_it_was_to_begin() -> None:
    assert start_cursor(settings(since=dt.date(2026, 11, 2)), None).since == "2026-11-02"


def test_a_dataset_follows_one_bucket_and_more_licences_are_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(OutputError, match="another --out"):
        start_cursor(settings(bucket="s3://other"), cursor(NEWEST))
    with caplog.at_level(logging.WARNING, "figmill"):
        start_cursor(settings(licenses=("CC BY", "CC BY-NC")), cursor(NEWEST))
    assert "CC BY-NC were passed over" in caplog.text
