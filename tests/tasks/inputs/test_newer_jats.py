"""Papers for which there is other JATS than they were read with, told by what is there."""

import os
from pathlib import Path

import pytest

from tasks.article.jats_bytes import fingerprint_of
from tasks.dataset.ledger import LedgerRow
from tasks.inputs.newer_jats import NewerJats
from tasks.records import Status


def touch(file: Path, data: bytes = b"") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def row(read_with: Path | None = None, status: Status = "ok") -> LedgerRow:
    """Of a paper that was read with this XML, or without any."""
    sha256 = fingerprint_of(read_with) if read_with else None
    return LedgerRow("part-1.parquet", "0" * 64, status, jats_sha256=sha256)


def is_newer(pdf: Path, its: LedgerRow, named: Path | str | None = None) -> bool:
    return NewerJats(pdf.parent, str(named) if named else None).is_there(its, str(pdf))


def test_jats_that_the_paper_was_not_read_with_is_told_whatever_its_times(tmp_path: Path) -> None:
    pdf, without = touch(tmp_path / "a.pdf"), row()
    assert not is_newer(pdf, without)
    xml = touch(tmp_path / "a.xml", b"<article/>")
    os.utime(xml, (0, 0))  # as out of an archive
    assert is_newer(pdf, without)
    read = row(xml)
    assert not is_newer(pdf, read)
    touch(xml, b"<article></article>")
    assert is_newer(pdf, read)
    xml.unlink()
    assert not is_newer(pdf, read)


def test_the_same_bytes_by_another_name_with_other_rights_or_times_are_the_same(tmp_path: Path) -> None:
    pdf, xml = touch(tmp_path / "a.pdf"), touch(tmp_path / "a.xml", b"<article/>")
    read = row(xml)
    for file in (pdf, xml):  # as chmod -R does, or a copy of the folder
        file.chmod(0o600)
    os.utime(xml)
    assert not is_newer(pdf, read)
    xml.rename(tmp_path / "b.nxml")
    assert not is_newer(pdf.rename(tmp_path / "b.pdf"), read)
    (tmp_path / "xml").mkdir()
    (tmp_path / "xml" / "b.xml").symlink_to(tmp_path / "b.nxml")
    assert not is_newer(tmp_path / "b.pdf", read, tmp_path / "xml")


def test_a_paper_that_could_not_be_read_is_none_of_them(tmp_path: Path) -> None:
    pdf = touch(tmp_path / "a.pdf")
    touch(tmp_path / "a.xml")
    assert not is_newer(pdf, row(status="failed"))


def test_jats_in_the_folder_that_is_named_for_it_counts_and_goes_first(tmp_path: Path) -> None:
    pdf, beside = touch(tmp_path / "in" / "a.pdf"), touch(tmp_path / "in" / "a.xml", b"<a/>")
    named = touch(tmp_path / "xml" / "a.nxml", b"<b/>")
    assert is_newer(pdf, row(beside), named.parent)
    assert not is_newer(pdf, row(beside))
    assert not is_newer(pdf, row(named), named.parent)
    assert not is_newer(pdf, row(beside), tmp_path / "gone")


def test_xml_that_cannot_be_opened_is_no_reason_to_read_its_paper_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf = touch(tmp_path / "a.pdf")
    xml = touch(tmp_path / "a.xml")

    def refused(file: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    newer = NewerJats(tmp_path, None)
    monkeypatch.setattr(Path, "open", refused)  # root opens what nobody else may
    assert fingerprint_of(xml) is None
    assert not newer.is_there(row(), str(pdf))


@pytest.mark.parametrize(("uri", "named"), [("s3://bucket/a.pdf", None), ("a.pdf", "s3://bucket/xml")])
def test_of_files_on_stores_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str, named: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    touch(tmp_path / uri)
    touch((tmp_path / uri).with_suffix(".xml"))
    assert not NewerJats(tmp_path, named).is_there(row(), uri)


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

    newer, without = NewerJats(tmp_path, None), row()
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", listing)
        patch.setattr(os.path, "isfile", never)
        assert not any(newer.is_there(without, str(pdf)) for pdf in pdfs)
    assert listed == [tmp_path]
