"""Errors of object stores, in words."""

import errno
from pathlib import Path

import pytest

from tasks.stores import objects, paths
from tests.stores import Fault, Store
from tests.tasks.store_uses import USES, Use


@pytest.mark.parametrize("use", USES)
def test_denied_access_is_said_at_once(use: Use, s3: Store, tmp_path: Path) -> None:
    s3.faults.append(Fault(403, "AccessDenied"))
    with pytest.raises(OSError, match="access denied") as caught:
        use(tmp_path)
    assert caught.value.errno == errno.EACCES
    assert str(caught.value.filename).startswith("s3://bucket")
    assert len(s3.requests) <= 2


def test_no_bucket_no_object_and_bad_credentials_are_said(s3: Store, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="there is no such bucket"):
        paths.put_bytes(b"1", paths.store_path("s3://nosuch/x"))
    with pytest.raises(OSError, match="there is no such bucket"):
        paths.names(paths.store_path("s3://nosuch/x"))
    with pytest.raises(OSError, match="there is no such object"):
        paths.read(paths.store_path("s3://bucket/x"))
    s3.faults.append(Fault(400, "ExpiredToken"))
    with pytest.raises(OSError, match="credentials are not accepted"):
        objects.download("s3://bucket/x", tmp_path / "x")


def test_a_store_that_stays_busy_is_given_up_with_a_sentence(
    s3: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = objects.filesystem("s3")
    monkeypatch.setattr(store, "retries", 1)
    s3.faults.append(Fault(503, "SlowDown"))
    with pytest.raises(OSError, match="overloaded or failing, tried several times"):
        paths.read(paths.store_path("s3://bucket/x"))
