"""`figmill check` says what to look at, and fails for what is to be put right alone."""

from pathlib import Path

from click.testing import CliRunner

from flows.commands.check import check
from tasks.dataset.dataset import Dataset
from tests.tasks.dataset.test_check import part_of, tear_ledger
from tests.tasks.dataset.test_dataset import write
from tests.tasks.small_records import PROVENANCE, labelled


def test_a_torn_ledger_part_that_was_put_aside_is_looked_at_and_fails_no_check(tmp_path: Path) -> None:
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(1))
    tear_ledger(tmp_path, part_of(tmp_path, 1))
    assert CliRunner().invoke(check, [str(tmp_path)]).exit_code == 1
    assert CliRunner().invoke(check, [str(tmp_path), "--repair"]).exit_code == 0
    with Dataset(tmp_path, PROVENANCE) as dataset:
        write(dataset, labelled(1))
    done = CliRunner().invoke(check, [str(tmp_path)])
    assert done.exit_code == 0
    assert "sound as far as it goes" in done.stdout
    assert "1 ledger part in" in done.stdout
    assert "look, then remove them" in done.stdout
