"""Papers whose JATS came or changed after they were read, told by the times of files."""

import datetime as dt
import os
import time
from pathlib import Path

import pytest

from tasks.clock import now
from tasks.dataset.ledger import LedgerRow
from tasks.inputs.newer_jats import NewerJats


def touch(file: Path, data: bytes = b"") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def moment() -> dt.datetime:
    """Now, and apart from what is written before and after, whatever ticks the file system's clock has."""
    time.sleep(0.02)
    at = now()
    time.sleep(0.02)
    return at


def is_newer(pdf: Path, read: dt.datetime, named: Path | str | None = None) -> bool:
    row = LedgerRow("part-1.parquet", "0" * 64, "ok", finished_at=read)
    return NewerJats(str(named) if named else None).is_there(row, str(pdf))


def test_jats_that_came_or_changed_later_is_told_by_times_that_nobody_sets(tmp_path: Path) -> None:
    pdf, xml = touch(tmp_path / "a.pdf"), tmp_path / "a.xml"
    before = moment()
    assert not is_newer(pdf, before)
    touch(xml)
    os.utime(xml, (0, 0))  # as out of an archive
    assert is_newer(pdf, before)
    read = moment()
    assert not is_newer(pdf, read)
    touch(xml, b"<article/>")
    assert is_newer(pdf, read)


def test_a_paper_that_could_not_be_read_is_none_of_them(tmp_path: Path) -> None:
    pdf, before = touch(tmp_path / "a.pdf"), moment()
    touch(tmp_path / "a.xml")
    row = LedgerRow("part-1.parquet", "0" * 64, "failed", finished_at=before)
    assert not NewerJats(None).is_there(row, str(pdf))


def test_jats_in_the_folder_that_is_named_for_it_counts_and_goes_first(tmp_path: Path) -> None:
    pdf = touch(tmp_path / "in" / "a.pdf")
    touch(tmp_path / "in" / "a.xml")
    before = moment()
    touch(tmp_path / "xml" / "a.nxml")
    assert is_newer(pdf, before, tmp_path / "xml")
    assert not is_newer(pdf, before)
    read = moment()
    touch(tmp_path / "in" / "a.xml")
    assert is_newer(pdf, read)
    assert not is_newer(pdf, read, tmp_path / "xml")
    assert is_newer(pdf, read, tmp_path / "gone")


def test_where_the_pdf_has_changed_too_times_say_nothing(tmp_path: Path) -> None:
    pdf, xml = touch(tmp_path / "a.pdf"), touch(tmp_path / "a.xml")
    before = moment()
    for file in (pdf, xml):  # as chmod -R does, or a copy of the folder
        file.chmod(0o600)
    assert not is_newer(pdf, before)
    pdf.unlink()
    assert not is_newer(pdf, before)


def test_a_link_counts_from_when_it_was_made_and_pairs_of_links_say_nothing(tmp_path: Path) -> None:
    pdf, xml = touch(tmp_path / "in" / "a.pdf"), touch(tmp_path / "xml" / "other.xml")
    before = moment()
    (tmp_path / "in" / "a.xml").symlink_to(xml)
    read = moment()
    assert (is_newer(pdf, before), is_newer(pdf, read)) == (True, False)
    touch(xml, b"<article/>")
    assert is_newer(pdf, read)
    (tmp_path / "links").mkdir()
    for name in ("a.pdf", "a.xml"):
        (tmp_path / "links" / name).symlink_to(tmp_path / "in" / name)
    assert not is_newer(tmp_path / "links" / "a.pdf", before)


@pytest.mark.parametrize(("uri", "named"), [("s3://bucket/a.pdf", None), ("a.pdf", "s3://bucket/xml")])
def test_of_files_on_stores_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str, named: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    touch(tmp_path / uri)
    before = moment()
    touch((tmp_path / uri).with_suffix(".xml"))
    row = LedgerRow("part-1.parquet", "0" * 64, "ok", finished_at=before)
    assert not NewerJats(named).is_there(row, uri)


def test_a_folder_without_jats_is_listed_once_and_no_paper_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: a run with nothing to do takes what it took before."""
    pdfs = [touch(tmp_path / f"{number}.pdf") for number in range(5)]
    listed: list[object] = []
    scandir = os.scandir

    def listing(folder: Path) -> object:
        listed.append(folder)
        return scandir(folder)

    def never(file: Path) -> bool:
        raise AssertionError(f"{file} was asked for")

    newer, row = NewerJats(None), LedgerRow("part-1.parquet", "0" * 64, "ok", finished_at=now())
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", listing)
        patch.setattr(os.path, "isfile", never)
        assert not any(newer.is_there(row, str(pdf)) for pdf in pdfs)
    assert listed == [tmp_path]
