"""A real browser, where there is one: Debian's Chromium, driven by Playwright."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def browser() -> Iterator[Any]:
    """Skips where no Chromium is to be had."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium, such as by `apt-get install chromium`")
    playwright = pytest.importorskip("playwright.sync_api")
    # It refuses to begin where its socket's path would have more than 107 letters, as in a long TMPDIR.
    short = tempfile.TemporaryDirectory(prefix="figmill-", dir="/tmp", ignore_cleanup_errors=True)
    with short as folder, playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            env=os.environ | {"TMPDIR": folder},
            timeout=600_000,
        )
        yield opened
        opened.close()
