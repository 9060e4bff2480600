import pytest

from models.networks.variants import (
    UNITS,
    UnknownModelError,
    all_variants,
    fine_tuned_variants,
    parse_variant,
    shallow_variants,
)


def test_all_variants_of_the_paper_are_listed() -> None:
    assert [len(fine_tuned_variants(base)) for base in UNITS] == [10, 18, 18, 35, 52]
    assert [len(shallow_variants(base)) for base in UNITS] == [8, 16, 16, 33, 50]
    assert len({variant.name for variant in all_variants()}) == 133 + 123


def test_a_name_and_its_variant_belong_together() -> None:
    for variant in all_variants():
        assert parse_variant(variant.name) == variant
    assert parse_variant("resnet34:b3-0").unit == (3, 0)
    assert parse_variant("resnet34:tune-whole").unit is None


@pytest.mark.parametrize(
    ("name", "near"), [("resnet18:b3-2", "resnet18:b3-1"), ("resnet43:b3-0", "resnet34:b3-0")]
)
def test_an_unknown_name_lists_near_ones(name: str, near: str) -> None:
    with pytest.raises(UnknownModelError, match="did you mean") as caught:
        parse_variant(name)
    assert near in str(caught.value)
    assert "\n" not in str(caught.value)
