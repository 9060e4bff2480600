"""Options that several commands share."""

import pytest
from click.testing import CliRunner

from flows.cli import figmill
from tasks.errors import OutputError


@pytest.mark.parametrize("command", [["export", "--to", "croissant"], ["duplicates"]])
def test_a_dataset_on_a_store_is_to_be_copied_to_a_disk(command: list[str]):
    name, *more = command
    with pytest.raises(OutputError, match=r"^s3://bucket/out lies on a store, .*: copy the dataset to one"):
        CliRunner().invoke(figmill, [name, "s3://bucket/out", *more], catch_exceptions=False)
