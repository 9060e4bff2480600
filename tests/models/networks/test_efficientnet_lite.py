import pytest
import torch
from torch import nn

from models.networks.efficientnet_lite import EfficientNetLite, InvertedResidual, SameConv2d
from models.networks.lite_variants import LiteBlock, LiteVariant


def test_a_strided_convolution_begins_at_the_first_pixel_as_in_tensorflow() -> None:
    conv = SameConv2d(1, 1, 3, stride=2, bias=False)
    nn.init.zeros_(conv.weight)
    conv.weight.data[0, 0, 0, 0] = 1.0
    image = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert torch.equal(conv(image)[0, 0], torch.tensor([[0.0, 2.0], [8.0, 10.0]]))
    assert conv(torch.zeros(1, 1, 7, 5)).shape == (1, 1, 4, 3)


def test_a_block_adds_its_input_where_shapes_allow_it() -> None:
    block = InvertedResidual(LiteBlock(inputs=8, outputs=8, expansion=6, kernel=5, stride=1)).eval()
    nn.init.zeros_(block._bn2.weight)
    x = torch.randn(2, 8, 6, 6)
    assert torch.equal(block(x), x)
    narrowing = InvertedResidual(LiteBlock(inputs=8, outputs=4, expansion=6, kernel=3, stride=2)).eval()
    assert narrowing(x).shape == (2, 4, 3, 3)


def test_the_maps_are_as_fine_as_the_stage_before_and_bounded() -> None:
    network = EfficientNetLite(LiteVariant("lite2", 6)).eval()
    with torch.inference_mode():
        (maps,) = network.maps(100 * torch.randn(1, 3, 64, 64))
        assert network.features(torch.randn(2, 3, 64, 64)).shape == (2, network.embedding_size)
    assert maps.shape == (1, 720, 4, 4)
    assert 0 <= maps.min() <= maps.max() <= 6


@pytest.mark.parametrize("top", [False, True])
def test_the_first_maps_are_those_with_which_the_stage_begins(top: bool) -> None:
    network = EfficientNetLite(LiteVariant("lite2", 6, top)).eval()
    norm = network.get_submodule("_blocks.15._bn0")
    nn.init.zeros_(norm.weight)
    nn.init.constant_(norm.bias, 5.0)
    with torch.inference_mode():
        assert torch.equal(next(network.maps(torch.randn(1, 3, 64, 64))), torch.full((1, 720, 4, 4), 5.0))


def test_with_its_top_the_last_convolution_is_read_beside_the_same_widened_maps() -> None:
    torch.manual_seed(0)
    network = EfficientNetLite(LiteVariant("lite2", 6, top=True)).eval()
    cut = EfficientNetLite(LiteVariant("lite2", 6)).eval()
    cut.load_state_dict(network.state_dict(), strict=False)
    x = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        widened, top = network.maps(x)
        features = network.features(x)
        assert torch.equal(features[:, : cut.embedding_size], cut.features(x))
    assert (widened.shape, top.shape) == ((2, 720, 4, 4), (2, 1280, 2, 2))
    assert torch.allclose(features[:, cut.embedding_size :][:, :1280], top.mean(dim=(2, 3)), atol=1e-6)
    assert network.embedding_size == 2 * (720 + 1280)


def test_its_tensors_have_the_published_names() -> None:
    tensors = EfficientNetLite(LiteVariant("lite2", 6)).state_dict()
    assert tensors["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert tensors["_blocks.0._depthwise_conv.weight"].shape == (32, 1, 3, 3)
    assert "_blocks.0._expand_conv.weight" not in tensors
    assert tensors["_blocks.15._expand_conv.weight"].shape == (720, 120, 1, 1)
    assert "_blocks.15._depthwise_conv.weight" not in tensors
    whole = EfficientNetLite(LiteVariant("lite2", 6, top=True)).state_dict()
    assert whole["_blocks.15._depthwise_conv.weight"].shape == (720, 1, 5, 5)
    assert whole["_blocks.20._project_conv.weight"].shape == (352, 1248, 1, 1)
    assert whole["_conv_head.weight"].shape == (1280, 352, 1, 1)
    assert whole["_bn1.weight"].shape == (1280,)
