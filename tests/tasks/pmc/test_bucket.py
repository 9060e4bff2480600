"""The bucket over HTTP: its address, listings in pages, files compared with their MD5, silence told from absence."""

from pathlib import Path

import pytest

from tasks.errors import InputError, PaperError, SettingsError
from tasks.pmc import bucket as pmc
from tasks.pmc.bucket import Bucket
from tasks.stores import web
from tests.pmc_bucket import NAME, PmcBucket
from tests.stores import Fault, Store

URI = f"s3://{NAME}"
MB = 2**20


@pytest.fixture
def bucket(s3: Store, monkeypatch: pytest.MonkeyPatch) -> PmcBucket:
    monkeypatch.setattr(web, "PAUSE", 0.01)
    return PmcBucket(s3)


@pytest.mark.parametrize(
    ("uri", "endpoint", "address"),
    [
        (URI, "", "https://pmc-oa-opendata.s3.amazonaws.com/a/b%20c.pdf"),
        ("s3://my.bucket/", "", "https://s3.amazonaws.com/my.bucket/a/b%20c.pdf"),
        (URI, "http://localhost:9000/", "http://localhost:9000/pmc-oa-opendata/a/b%20c.pdf"),
        ("https://mirror.example.org/pmc/", "http://other", "https://mirror.example.org/pmc/a/b%20c.pdf"),
    ],
)
def test_an_object_has_an_address(
    uri: str, endpoint: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert Bucket(uri).address("a/b c.pdf") == address


@pytest.mark.parametrize("uri", ["pmc", "s3://", "s3://a/b", "gs://pmc", "s3://../x", "file:///etc"])
def test_what_is_no_bucket_is_refused(uri: str) -> None:
    with pytest.raises(SettingsError, match="bucket"):
        Bucket(uri)


def test_listings_are_read_page_by_page(bucket: PmcBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pmc, "_PAGE", 4)
    for number in range(9):
        bucket.fs.pipe_file(f"{NAME}/many/{number:04}", b"12")
    bucket.fs.pipe_file(f"{NAME}/dated/2026/a", b"")
    bucket.fs.pipe_file(f"{NAME}/dated/2027/a", b"")
    assert Bucket(URI).sizes("many/") == {f"many/{number:04}": 2 for number in range(9)}
    assert Bucket(URI).folders("dated/") == ["2026", "2027"]


def test_a_file_is_compared_with_its_md5(bucket: PmcBucket, tmp_path: Path) -> None:
    bucket.fs.pipe_file(f"{NAME}/a", b"abc")
    target = tmp_path / "a"
    Bucket(URI).download("a", "900150983cd24fb0d6963f7d28e17f72", target, MB)
    assert target.read_bytes() == b"abc"
    with pytest.raises(PaperError, match="its MD5 differs, 3 times"):
        Bucket(URI).download("a", "0" * 32, target, MB)
    assert not target.exists()


def test_what_is_not_there_is_told_from_a_bucket_that_does_not_answer(bucket: PmcBucket) -> None:
    bucket.fs.pipe_file(f"{NAME}/a", b"abc")
    with pytest.raises(PaperError, match="answers 404"):
        Bucket(URI).read("b", MB)
    bucket.store.faults.append(Fault(500, "InternalError", path=f"/{NAME}/a"))
    with pytest.raises(PaperError, match="answers 500 Internal Server Error, 5 times"):
        Bucket(URI).read("a", MB)
    bucket.store.faults.append(Fault(503, "SlowDown", path=f"/{NAME}/"))
    with pytest.raises(InputError, match="does not answer"):
        Bucket(URI).read("a", MB)


def test_an_answer_that_is_no_listing_is_said(bucket: PmcBucket) -> None:
    bucket.fs.pipe_file(f"{NAME}/page/", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    with pytest.raises(InputError, match="something else than a listing"):
        Bucket(f"{bucket.store.url}/{NAME}/page").sizes("")
    with pytest.raises(InputError, match="cannot be listed"):
        Bucket("s3://nosuch").sizes("")
