"""Groups of a dataset: across papers, brought up to date part by part, derived and never in the way."""

from pathlib import Path

import pytest

from tasks.duplicates import groups as module
from tasks.duplicates.groups import plan_groups, read_groups, update_groups
from tasks.errors import OutputError
from tests.tasks.duplicates.drawn import encoded, part, picture, row, variants


def _update(out: Path) -> dict[str, str]:
    update_groups(out, plan_groups(out))
    found = read_groups(out)
    assert found is not None
    return found


def test_variants_of_one_picture_are_one_group_across_papers(tmp_path: Path):
    made = list(variants(picture(1)).values())
    part(
        tmp_path,
        1,
        [row(0, encoded(picture(1))), *(row(number, data) for number, data in enumerate(made, 1))],
    )
    part(tmp_path, 2, [row(20 + number, encoded(picture(20 + number))) for number in range(6)])
    assert read_groups(tmp_path) is None
    found = _update(tmp_path)
    assert set(found.values()) == {f"{0:016x}/0/0"}
    assert len(found) == 1 + len(made)


def test_what_is_new_is_compared_with_what_is_known(tmp_path: Path):
    first, second = picture(1), picture(2)
    part(tmp_path, 1, [row(0, encoded(first)), row(1, encoded(second)), row(2, variants(second)["small"])])
    known = _update(tmp_path)
    part(tmp_path, 2, [row(3, variants(first)["cut"]), row(4, encoded(picture(9)))])
    plan = plan_groups(tmp_path)
    assert [one.rows for one in plan.unsigned] == [2]
    found = _update(tmp_path)
    assert found.items() > known.items()
    assert found[f"{3:016x}/0/3"] == found[f"{0:016x}/0/0"]
    assert f"{4:016x}/0/4" not in found
    assert plan_groups(tmp_path).empty


def test_the_group_of_rows_that_are_gone_is_gone(tmp_path: Path):
    image = picture(1)
    part(tmp_path, 1, [row(0, encoded(image))])
    name = part(tmp_path, 2, [row(1, variants(image)["grey"])])
    assert len(_update(tmp_path)) == 2
    (tmp_path / "subfigures" / name).unlink()
    (tmp_path / "papers" / name).unlink()
    assert not plan_groups(tmp_path).empty
    assert _update(tmp_path) == {}
    assert [file.name for file in (tmp_path / "duplicates").glob("*.arrow")] == [f"part-{1:016x}.arrow"]


def test_a_part_written_anew_is_looked_at_anew(tmp_path: Path):
    image = picture(1)
    part(tmp_path, 1, [row(0, encoded(image)), row(1, variants(image)["small"])])
    assert len(_update(tmp_path)) == 2
    part(tmp_path, 1, [row(0, encoded(image)), row(1, encoded(picture(2)))])
    assert _update(tmp_path) == {}


def test_rows_outlive_the_one_that_their_group_was_named_by(tmp_path: Path):
    image = picture(1)
    name = part(tmp_path, 1, [row(0, encoded(image))])
    part(tmp_path, 2, [row(1, variants(image)["small"]), row(2, variants(image)["cut"])])
    _update(tmp_path)
    for folder in ("subfigures", "papers"):
        (tmp_path / folder / name).unlink()
    assert set(_update(tmp_path).values()) == {f"{1:016x}/0/1"}


def test_the_very_same_bytes_are_one_group_and_blank_pictures_are_none(tmp_path: Path):
    from PIL import Image

    blank = encoded(Image.new("RGB", (50, 50), "white"))
    part(tmp_path, 1, [row(n, encoded(picture(1))) for n in range(3)] + [row(n, blank) for n in (3, 4)])
    part(tmp_path, 2, [row(5, b"torn"), row(6, b"torn")])
    assert sorted(_update(tmp_path)) == [f"{n:016x}/0/{n}" for n in range(3)]


def test_an_update_that_was_killed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    image = picture(1)
    part(tmp_path, 1, [row(0, encoded(image))])
    part(tmp_path, 2, [row(1, variants(image)["bad"])])

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_groups", killed)
        with pytest.raises(KeyboardInterrupt):
            update_groups(tmp_path, plan_groups(tmp_path))
    plan = plan_groups(tmp_path)
    assert (plan.rows, plan.empty) == (0, False)
    assert len(_update(tmp_path)) == 2


@pytest.mark.parametrize("content", [b"", b"PAR1 nonsense PAR1"])
def test_a_damaged_file_is_one_line_that_says_what_to_do(content: bytes, tmp_path: Path):
    part(tmp_path, 1, [row(0, encoded(picture(1)))])
    _update(tmp_path)
    (tmp_path / "duplicates" / "groups.parquet").write_bytes(content)
    with pytest.raises(OutputError, match="delete the folder"):
        read_groups(tmp_path)


def test_damaged_signatures_are_made_anew(tmp_path: Path):
    image = picture(1)
    part(tmp_path, 1, [row(0, encoded(image)), row(1, variants(image)["cut"])])
    before = _update(tmp_path)
    (file,) = (tmp_path / "duplicates").glob("*.arrow")
    file.write_bytes(file.read_bytes()[:100])
    assert plan_groups(tmp_path).rows == 2
    assert _update(tmp_path) == before
