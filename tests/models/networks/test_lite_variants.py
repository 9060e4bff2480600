import pytest

from models.networks.lite_variants import (
    LiteBlock,
    LiteVariant,
    parse_lite,
    parse_trunk_pair,
    same_padding,
)


@pytest.mark.parametrize("top", [False, True])
def test_a_name_and_its_trunks_belong_together(top: bool) -> None:
    name = "resnet18:b3-0:spread+lite2:x6" + "+top" * top
    pair = parse_trunk_pair(name)
    assert pair is not None
    assert pair.name == name
    assert (pair.resnet.unit, pair.lite) == ((3, 0), LiteVariant("lite2", 6, top))
    assert pair.lite.widths == (720, 1280)[: 1 + top]


@pytest.mark.parametrize(
    "name",
    ["resnet18:b2-1+b3-1", "resnet18:b3-0+lite2:x6", "resnet18:b3-0:spread+lite2", "alexnet+googlenet"],
)
def test_other_names_are_no_pair(name: str) -> None:
    assert parse_trunk_pair(name) is None


def test_there_are_five_sizes_and_six_stages_with_an_expansion() -> None:
    assert parse_lite("lite4:x7") == LiteVariant("lite4", 7)
    assert all(
        parse_lite(name) is None for name in ("lite5:x6", "lite2:x1", "lite2:x8", "lite2:s5", "lite2:top")
    )


def test_the_scaled_blocks_are_those_of_the_published_networks() -> None:
    """Depths and widths as the published state dicts have them."""
    lite0, lite2 = LiteVariant("lite0", 7).blocks, LiteVariant("lite2", 7).blocks
    assert (len(lite0), len(lite2)) == (1 + 2 + 2 + 3 + 3 + 4 + 1, 1 + 3 + 3 + 4 + 4 + 5 + 1)
    assert [block.outputs for block in lite2 if block.stride == 2] == [24, 48, 88, 208]
    assert lite2[-1] == LiteBlock(208, 352, 6, 3, 1)


def test_a_trunk_ends_with_the_first_block_of_its_stage() -> None:
    *_, last = LiteVariant("lite2", 6).blocks
    assert (last.inputs, last.width, last.stride) == (120, 720, 2)


@pytest.mark.parametrize(
    ("side", "kernel", "stride", "padding"),
    [(224, 3, 2, (0, 1)), (56, 5, 2, (1, 2)), (7, 3, 2, (1, 1)), (14, 5, 1, (2, 2)), (14, 3, 1, (1, 1))],
)
def test_padding_keeps_the_side_over_the_stride(
    side: int, kernel: int, stride: int, padding: tuple[int, int]
) -> None:
    assert same_padding(side, kernel, stride) == padding
