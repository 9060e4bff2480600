"""`figmill duplicates` as its user meets it."""

from pathlib import Path

from click.testing import CliRunner, Result

from flows.cli import figmill
from tests.flows.command import figmill as run
from tests.tasks.duplicates.drawn import encoded, part, picture, row, variants


def _call(out: Path) -> Result:
    return CliRunner().invoke(figmill, ["duplicates", str(out)])


def test_it_says_how_many_rows_share_a_picture_and_looks_once(tmp_path: Path):
    image = picture(1)
    part(tmp_path, 1, [row(0, encoded(image)), row(1, encoded(picture(2))), row(2, variants(image)["cut"])])
    said = "3 subfigures, of which 2 share a picture, in 1 group, 1 of several papers"
    first, again = _call(tmp_path), _call(tmp_path)
    assert said in first.stdout
    assert said in again.stdout
    assert "comparing 3 pictures" in first.stderr
    assert "comparing" not in again.stderr


def test_a_dataset_without_any_says_so(tmp_path: Path):
    part(tmp_path, 1, [row(n, encoded(picture(n))) for n in range(4)])
    assert "4 subfigures, no two of which show the same picture" in _call(tmp_path).stdout


def test_a_folder_that_is_no_dataset_is_one_line(tmp_path: Path):
    done = run("duplicates", tmp_path, home=tmp_path)
    assert done.returncode == 1
    assert "is no Figmill dataset" in done.stderr
    assert "Traceback" not in done.stderr
