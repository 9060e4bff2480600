"""What tests of the view may ask for."""

from pathlib import Path

import pytest

from tests.tasks.index.test_search import indexed
from tests.tasks.view.papers import with_pdf


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The dataset with its index, made once, and the id of its PDF's paper; who would change it copies it."""
    out, paper_id = with_pdf(tmp_path_factory.mktemp("made"))
    return indexed(out), paper_id
