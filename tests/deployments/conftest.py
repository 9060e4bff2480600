"""What tests of deployments may ask for."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.deployments.operated import Operated


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    """A server and a worker that the tests of a file may kill; they start again what they killed."""
    with ExitStack() as started:
        yield Operated(tmp_path_factory.mktemp("operated"), started)
