from pathlib import Path

import numpy as np
import pytest
import torch

from models.data.canvases import decode
from models.data.examples import Examples, compute_features, compute_logits
from models.data.imageclef import read_data
from models.networks.build import build_network
from models.networks.weights import load_file, start_from
from models.training.checkpoints import EVERY_EPOCH, Checkpoint, CheckpointError
from models.training.recipes import PRESETS, Recipe
from models.training.training import Epoch, Trainer, best_epoch, fit_head_only
from models.transforms import Transform
from tests.models.small_sets import SMALL, examples, recipe

CPU = torch.device("cpu")


class KilledError(Exception):
    """Stands for the end of the process."""


def trainer(plan: Recipe, model: str = "resnet18:b1-1", seed: int = 3, what: str = "") -> Trainer:
    torch.manual_seed(seed)
    return Trainer(build_network(model, 4), plan, seed, CPU, tinted=(1,), what=what)


def same(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_the_papers_recipe_is_the_default() -> None:
    paper = PRESETS["paper"]
    assert paper == Recipe()
    assert (paper.optimiser, paper.learning_rate, paper.schedule, paper.epochs) == (
        "adam",
        5e-6,
        "constant",
        100,
    )
    assert (paper.transform.fit, paper.transform.size) == ("crop", 224)


def test_classes_that_differ_are_learnt() -> None:
    fit = trainer(recipe(epochs=4)).fit(examples(8), examples(4, seed=50))
    assert fit.best.validation_accuracy == 1.0
    assert fit.history[-1].train_loss < fit.history[0].train_loss


def test_one_seed_gives_the_same_weights_and_another_seed_others() -> None:
    plan, train, validation = recipe(epochs=2), examples(4), examples(2, seed=50)
    first, again = (trainer(plan).fit(train, validation).network for _ in range(2))
    assert same(first, again)
    assert not same(first, trainer(plan, seed=4).fit(train, validation).network)


@pytest.mark.parametrize("saved", [1, 2])
def test_broken_off_and_resumed_gives_the_weights_of_an_unbroken_run(tmp_path: Path, saved: int) -> None:
    """Also where the last checkpoint is older than the last epoch."""
    plan, train, validation = recipe(epochs=4, schedule="cosine"), examples(4), examples(2, seed=50)
    whole = trainer(plan).fit(train, validation)
    checkpoint = Checkpoint(tmp_path / "checkpoint.pt", EVERY_EPOCH)

    def stop_at_two(epoch: Epoch) -> None:
        if epoch.epoch == saved:
            checkpoint.is_due = lambda size: False  # type: ignore[method-assign]
        if epoch.epoch == 2:
            raise KilledError

    with pytest.raises(KilledError):
        trainer(plan).fit(train, validation, checkpoint, stop_at_two)
    seen: list[int] = []
    again = trainer(plan)
    assert again.resume(checkpoint) == saved
    resumed = again.fit(train, validation, checkpoint, lambda epoch: seen.append(epoch.epoch))
    assert seen == list(range(saved + 1, 5))
    assert same(whole.network, resumed.network)
    assert [e.validation_loss for e in whole.history] == [e.validation_loss for e in resumed.history]


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "checkpoint.pt", EVERY_EPOCH)
    trainer(recipe(epochs=1), what="one").fit(examples(2), examples(2), checkpoint)
    for other in (trainer(recipe(epochs=2), what="one"), trainer(recipe(epochs=1), what="two")):
        with pytest.raises(CheckpointError, match="another training"):
            other.resume(checkpoint)


def test_the_kept_epoch_is_the_best_by_the_chosen_criterion() -> None:
    history = [
        Epoch(1, 0, 0, 0.5, 0.6, 0.7, 1),
        Epoch(2, 0, 0, 0.4, 0.7, 0.6, 1),
        Epoch(3, 0, 0, 0.6, 0.9, 0.5, 1),
        Epoch(4, 0, 0, 0.4, 0.9, 0.7, 1),
    ]
    chosen = [best_epoch(history, select).epoch for select in ("loss", "accuracy", "macro_f1")]
    assert chosen == [2, 3, 1]
    fit = trainer(recipe(epochs=3, select="accuracy")).fit(examples(4), examples(2, seed=50))
    assert fit.best.validation_accuracy == max(epoch.validation_accuracy for epoch in fit.history)


def test_the_epoch_with_the_lowest_validation_loss_is_kept() -> None:
    train, validation = examples(4), examples(4, seed=50)
    fit = trainer(recipe(epochs=5, learning_rate=0.03)).fit(train, validation)
    logits = compute_logits(fit.network, validation, SMALL, CPU)
    loss = torch.nn.functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(validation.labels))
    assert loss.item() == pytest.approx(min(e.validation_loss for e in fit.history), rel=1e-3)


def test_frozen_statistics_stay() -> None:
    one = trainer(recipe(epochs=1, frozen_statistics=True))
    before = one.network.bn1.running_mean.clone()
    assert torch.equal(one.fit(examples(4), examples(2)).network.bn1.running_mean, before)


def test_a_probed_head_is_right_before_the_first_epoch() -> None:
    one = trainer(recipe(epochs=1, learning_rate=1e-12, probed_head=True, frozen_statistics=True))
    assert one.fit(examples(8), examples(4, seed=50)).best.validation_accuracy == 1.0


@pytest.mark.parametrize("svm", [True, False])
def test_the_baseline_fits_its_head_alone(svm: bool) -> None:
    torch.manual_seed(0)
    network = build_network("resnet18:b2-0", 4)
    before = network.conv1.weight.clone()
    fit = fit_head_only(network, recipe(), examples(8), examples(4, seed=50), CPU, svm)
    assert torch.equal(fit.network.conv1.weight, before)
    assert fit.best.validation_accuracy == 1.0


def test_captions_are_read_by_the_network_that_takes_them() -> None:
    torch.manual_seed(0)
    network = build_network("densenet121+captions", 4).eval()
    part = examples(1)
    with_text = compute_features(network, part, SMALL, CPU)
    without = compute_features(network, Examples(part.pixels, part.rows, part.labels), SMALL, CPU)
    assert np.allclose(with_text[:, :1024], without[:, :1024])
    assert not without[:, 1024:].any()
    assert np.allclose(np.linalg.norm(with_text[:, 1024:], axis=1), 1, atol=1e-5)


def test_a_loss_that_is_not_finite_is_an_error() -> None:
    with pytest.raises(ValueError, match="lower learning rate"):
        trainer(recipe(learning_rate=1e30)).fit(examples(8), examples(2))


def test_the_imagenet_trunk_overfits_thirty_two_images(shared: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    data = read_data([shared / "panels" / "published.csv"], where={"code": ("DMLI", "GFIG", "DRCT", "GGEL")})
    chosen = [image for code in data.classes for image in [i for i in data.images if i.code == code][:8]]
    transform = Transform(size=96, fit="stretch")
    labels = np.repeat(np.arange(4), 8)
    pixels = decode([image.path for image in chosen], transform, tmp_path).pixels
    part = Examples(pixels, np.arange(32), labels)
    network = build_network("resnet18:b3-1", 4)
    start_from(
        network, load_file(shared / "weights" / "resnet18_imagenet1k_v1_bnfolded_to_layer3.npz"), "trunk"
    )
    plan = recipe(
        epochs=8, learning_rate=5e-4, transform=transform, augmentation=recipe().augmentation.__class__()
    )
    fit = Trainer(network, plan, 0, CPU).fit(part, part)
    assert fit.best.validation_accuracy == 1.0
    assert fit.best.validation_loss < 0.1
