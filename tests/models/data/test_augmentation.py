import numpy as np
import pytest
import torch

from models.data.augmentation import (
    PAPER_AUGMENTATION,
    PRINT_AUGMENTATION,
    Augmentation,
    augment,
    jpeg_artefacts,
    to_batch,
)
from models.transforms import PAPER_TRANSFORM, Transform
from tests.models.pictures import CODES, picture

PLAIN = Transform(size=64, fit="stretch", mean=(0, 0, 0), std=(1, 1, 1))


def canvases(transform: Transform, count: int = 4) -> torch.Tensor:
    side = (transform.canvas_size, transform.canvas_size)
    return torch.from_numpy(np.stack([np.asarray(picture(CODES[n % 4], n, side)) for n in range(count)]))


def run(batch: torch.Tensor, transform: Transform, seed: int = 0, **options: object) -> torch.Tensor:
    tintable = torch.ones(len(batch), dtype=torch.bool)
    generator = torch.Generator().manual_seed(seed)
    return augment(batch, transform, Augmentation(**options), generator, tintable)  # type: ignore[arg-type]


def test_nothing_asked_for_changes_nothing() -> None:
    batch = canvases(PLAIN)
    assert torch.allclose(run(batch, PLAIN), to_batch(batch, PLAIN), atol=1e-3)


def test_without_augmentation_the_crop_is_the_central_one() -> None:
    batch = canvases(PAPER_TRANSFORM)
    assert torch.allclose(run(batch, PAPER_TRANSFORM), to_batch(batch, PAPER_TRANSFORM), atol=1e-3)


def test_to_batch_normalises_as_inference_does() -> None:
    batch = canvases(PAPER_TRANSFORM, 1)
    pixel = PAPER_TRANSFORM.central(batch.numpy())[0, 5, 7] / 255
    expected = (pixel - PAPER_TRANSFORM.mean) / PAPER_TRANSFORM.std
    assert np.allclose(to_batch(batch, PAPER_TRANSFORM)[0, :, 5, 7], expected, atol=1e-5)


def test_a_certain_flip_mirrors() -> None:
    batch = canvases(PLAIN)
    assert torch.allclose(run(batch, PLAIN, flip=1.0), to_batch(batch, PLAIN).flip(3), atol=1e-3)


def test_rotation_turns_by_the_angle() -> None:
    batch = torch.zeros(1, 64, 64, 3, dtype=torch.uint8)
    batch[:, 30:34, 50:60] = 255
    turned = run(batch, PLAIN, rotation=(90.0, 90.0))[0, 0]
    assert turned[50:60, 30:34].mean() > 0.9 or turned[4:14, 30:34].mean() > 0.9


def test_the_same_seed_gives_the_same_images_and_another_seed_others() -> None:
    batch = canvases(PAPER_TRANSFORM)
    for recipe in (PAPER_AUGMENTATION, PRINT_AUGMENTATION):
        one, two, three = (
            augment(batch, PAPER_TRANSFORM, recipe, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
        )
        assert torch.equal(one, two)
        assert not torch.equal(one, three)
        assert one.shape == (4, 3, 224, 224)


def test_grey_makes_the_channels_equal() -> None:
    grey = run(canvases(PLAIN), PLAIN, grey=1.0)
    assert torch.allclose(grey[:, 0], grey[:, 2], atol=1e-4)


def test_only_images_that_may_be_are_tinted() -> None:
    batch = canvases(PLAIN, 8)
    tintable = torch.arange(8) % 2 == 0
    out = augment(batch, PLAIN, Augmentation(tint=1.0), torch.Generator().manual_seed(0), tintable)
    untouched = to_batch(batch, PLAIN)
    changed = (out - untouched).abs().amax(dim=(1, 2, 3)) > 0.05
    assert torch.equal(changed, tintable)


def test_jpeg_artefacts_are_those_of_jpeg() -> None:
    smooth = torch.linspace(0, 255, 64).repeat(1, 3, 64, 1)
    noisy = 255 * torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    fine, coarse = torch.full((1, 1), 0.01), torch.full((1, 1), 6.0)
    assert (jpeg_artefacts(noisy, fine) - noisy).abs().max() < 2
    assert (jpeg_artefacts(smooth, coarse) - smooth).abs().mean() < 8
    assert (jpeg_artefacts(noisy, coarse) - noisy).abs().mean() > 20


def test_jpeg_artefacts_take_any_size() -> None:
    image = torch.linspace(0, 255, 64).repeat(1, 3, 64, 1)
    fine = torch.full((1, 1), 0.01)
    assert (jpeg_artefacts(image[..., :59, :61], fine) - image[..., :59, :61]).abs().max() < 2


@pytest.mark.parametrize("option", ["blur", "jpeg", "tint", "grey", "flip"])
def test_a_probability_of_zero_never_happens(option: str) -> None:
    batch = canvases(PLAIN)
    assert torch.allclose(run(batch, PLAIN, **{option: 0.0}), to_batch(batch, PLAIN), atol=1e-3)
