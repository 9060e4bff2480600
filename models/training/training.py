"""The training loop: fits a network to labelled canvases, epoch by epoch, and can go on after a kill.

An epoch depends on nothing but the state after the one before and (seed, epoch), so that a resumed run ends with
the weights of an unbroken one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import torch
import torch.nn.functional as nnf
from torch import Tensor, nn

from models.data.augmentation import augment, to_batch
from models.data.examples import Examples, Floats, batches_of, compute_features, compute_logits, load_batches
from models.data.splits import Indices, oversample
from models.devices import half_precision
from models.errors import ModelError
from models.evaluation.evaluation import confusion_matrix, macro_f1
from models.networks.statistics import restore_statistics
from models.training.checkpoints import Checkpoint
from models.training.recipes import Recipe, Select
from models.training.svm import fit_logistic_head, fit_svm_head
from models.transforms import Transform


@dataclass(frozen=True, slots=True)
class Epoch:
    """A line of the learning curves. Losses are mean cross-entropies, scores shares, `seconds` of wall time.

    Epoch 0 is a probed head before any training, on unaugmented images.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    validation_macro_f1: float
    seconds: float


@dataclass(slots=True)
class Fit:
    """The outcome: the network with the weights of the best epoch, and the curves."""

    network: nn.Module
    history: list[Epoch] = field(default_factory=list)
    select: Select = "loss"

    @property
    def best(self) -> Epoch:
        """The epoch whose weights are kept."""
        return best_epoch(self.history, self.select)


def best_epoch(history: Sequence[Epoch], select: Select) -> Epoch:
    """The epoch with the lowest validation loss, or the highest validation score; the first of equals."""
    if select == "loss":
        return min(history, key=lambda epoch: epoch.validation_loss)
    return max(history, key=lambda epoch: getattr(epoch, f"validation_{select}"))


class Trainer:
    """Fits one network.

    `tinted` are the indices of classes that may be coloured (see `Augmentation.tint`). `what` names the network and
    its data: a checkpoint of anything else is refused.
    """

    def __init__(
        self,
        network: nn.Module,
        recipe: Recipe,
        seed: int,
        device: torch.device,
        tinted: tuple[int, ...] = (),
        what: str = "",
    ) -> None:
        self.network: nn.Module = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.recipe, self.seed, self.device, self.tinted = recipe, seed, device, tinted
        self._what = f"{what} {asdict(recipe)} seed {seed}"
        self.history: list[Epoch] = []
        self._best: dict[str, Tensor] = {}
        self._optimiser = _optimiser(network, recipe, device)
        self._precision = half_precision(device) if device.type == "cuda" else None
        # Only float16 has too small a range for gradients; scaling them makes each step wait for the GPU's answer.
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._precision == torch.float16)

    def resume(self, checkpoint: Checkpoint) -> int:
        """Goes on where the checkpoint's training stood; the last epoch done, 0 where there is no checkpoint.

        Raises CheckpointError where the checkpoint is of another training.
        """
        state = checkpoint.load(self._what, self.device)
        if state is None:
            return 0
        self.network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._scaler.load_state_dict(state["scaler"])
        self._best = {name: tensor.cpu() for name, tensor in state["best"].items()}
        self.history = [Epoch(**epoch) for epoch in state["history"]]
        return self.history[-1].epoch

    def fit(
        self,
        train: Examples,
        validation: Examples,
        checkpoint: Checkpoint | None = None,
        reporter: Callable[[Epoch], None] | None = None,
    ) -> Fit:
        """Trains to the last epoch, from where `resume` left it, and keeps the best epoch's weights."""
        if not self.history:
            self._start(train)
            if self.recipe.probed_head:
                self._end_epoch(self._judge_start(train, validation), checkpoint, reporter)
        done = self.history[-1].epoch if self.history else 0
        for number in range(done + 1, self.recipe.epochs + 1):
            self._end_epoch(self._run_epoch(number, train, validation), checkpoint, reporter)
        self.network.load_state_dict(self._best)
        return Fit(self.network.eval(), list(self.history), self.recipe.select)

    def _end_epoch(
        self, epoch: Epoch, checkpoint: Checkpoint | None, reporter: Callable[[Epoch], None] | None
    ) -> None:
        self.history.append(epoch)
        if best_epoch(self.history, self.recipe.select) is epoch:
            self._best = {name: t.detach().cpu().clone() for name, t in self.network.state_dict().items()}
        # Network, best weights and Adam's two moments.
        if checkpoint and checkpoint.is_due(4 * sum(t.nbytes for t in self._best.values())):
            checkpoint.save(self._state())
        if reporter:
            reporter(epoch)

    def _judge_start(self, train: Examples, validation: Examples) -> Epoch:
        """Epoch 0: the probed head on the untrained network, which later epochs have to beat."""
        started = time.monotonic()
        on_train = _judge(self.network, train, self.recipe.transform, self.device)
        on_validation = _judge(self.network, validation, self.recipe.transform, self.device)
        return Epoch(0, *on_train[:2], *on_validation, time.monotonic() - started)

    def _run_epoch(self, number: int, train: Examples, validation: Examples) -> Epoch:
        started = time.monotonic()
        loss, accuracy = self.train_one_epoch(number, train)
        on_validation = _judge(self.network, validation, self.recipe.transform, self.device)
        if not math.isfinite(loss + on_validation[0]):
            raise ModelError(f"the loss is not finite in epoch {number}; try a lower learning rate")
        return Epoch(number, loss, accuracy, *on_validation, time.monotonic() - started)

    def train_one_epoch(self, number: int, train: Examples) -> tuple[float, float]:
        """One pass over the training images; mean loss and accuracy of the augmented images."""
        torch.manual_seed(_mix(self.seed, number))  # dropout
        generator = torch.Generator().manual_seed(_mix(self.seed, number))
        order = _order(train.labels, self.recipe.oversample, generator)
        batches = batches_of(order, self.recipe.batch_size)
        self._ready()
        total, right = torch.zeros((), device=self.device), torch.zeros((), device=self.device)
        for step, (pixels, labels) in enumerate(load_batches(train, batches, self.device)):
            self._set_rate((number - 1 + step / len(batches)) / self.recipe.epochs)
            x, labels = (
                self._augment(pixels, labels, generator),
                labels.to(self.device, non_blocking=True),
            )
            loss, logits = self._step(x, labels)
            total += loss * len(labels)
            right += (logits.argmax(dim=1) == labels).sum()
        return total.item() / len(order), right.item() / len(order)

    def _step(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(self.device.type, self._precision, enabled=self._precision is not None):
            logits = self.network(x)
            loss = nnf.cross_entropy(logits.float(), labels, label_smoothing=self.recipe.label_smoothing)
        self._optimiser.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        self._scaler.step(self._optimiser)
        self._scaler.update()
        return loss.detach(), logits.detach()

    def _ready(self) -> None:
        self.network.train()
        if self.recipe.frozen_statistics:
            for module in self.network.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()

    def _set_rate(self, progress: float) -> None:
        """`progress` 0..1 of the whole training; cosine with a warm-up over its first twentieth."""
        rate = self.recipe.learning_rate
        if self.recipe.schedule == "cosine":
            rate *= min(1.0, progress / 0.05 + 0.02) * (1 + math.cos(math.pi * progress)) / 2
        for group in self._optimiser.param_groups:
            group["lr"] = rate

    def _start(self, train: Examples) -> None:
        """What comes before the first epoch: BatchNorm statistics of folded weights, and the probed head."""
        if not self.recipe.frozen_statistics:
            some = batches_of(np.arange(0, len(train), max(1, len(train) // 256)), self.recipe.batch_size)
            batches = load_batches(train, some, self.device)
            restore_statistics(self.network, (to_batch(p, self.recipe.transform) for p, _ in batches))
        if self.recipe.probed_head:
            self._probe_head(train)

    def _probe_head(self, train: Examples) -> None:
        views = [compute_features(self.network, train, self.recipe.transform, self.device)]
        views += [self._augmented_features(train, view) for view in range(self.recipe.probe_views)]
        labels = np.tile(train.labels, len(views))
        fit_logistic_head(self.network, np.concatenate(views), labels, strength=0.03 / len(views))

    @torch.inference_mode()
    def _augmented_features(self, train: Examples, view: int) -> Floats:
        """(N, embedding_size) pooled features of one augmented view of every image."""
        generator = torch.Generator().manual_seed(_mix(self.seed, -1 - view))
        self.network.eval()
        batches = batches_of(np.arange(len(train)), self.recipe.batch_size)
        parts = [
            self.network.features(self._augment(pixels, labels, generator)).float().cpu().numpy()  # type: ignore[operator]
            for pixels, labels in load_batches(train, batches, self.device)
        ]
        return np.concatenate(parts)

    def _augment(self, pixels: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
        tintable = torch.isin(labels, torch.tensor(self.tinted, dtype=labels.dtype))
        return augment(pixels, self.recipe.transform, self.recipe.augmentation, generator, tintable)

    def _state(self) -> dict[str, object]:
        """What `resume` restores."""
        return {
            "what": self._what,
            "network": self.network.state_dict(),
            "best": self._best,
            "optimiser": self._optimiser.state_dict(),
            "scaler": self._scaler.state_dict(),
            "history": [asdict(epoch) for epoch in self.history],
        }


def fit_head_only(
    network: nn.Module, recipe: Recipe, train: Examples, validation: Examples, device: torch.device, svm: bool
) -> Fit:
    """Leaves the body as it is and fits the head on its features: linear SVM, or logistic regression."""
    started = time.monotonic()
    network.to(device)
    features = compute_features(network, train, recipe.transform, device)
    (fit_svm_head if svm else fit_logistic_head)(network, features, train.labels)
    on_train, on_validation = (
        _judge(network, part, recipe.transform, device) for part in (train, validation)
    )
    return Fit(network.eval(), [Epoch(1, *on_train[:2], *on_validation, time.monotonic() - started)])


def _judge(
    network: nn.Module, examples: Examples, transform: Transform, device: torch.device
) -> tuple[float, float, float]:
    """Mean cross-entropy, accuracy and macro-F1 of unaugmented images."""
    logits = compute_logits(network, examples, transform, device)
    loss = nnf.cross_entropy(torch.from_numpy(logits), torch.from_numpy(examples.labels)).item()
    predicted = logits.argmax(axis=1)
    scores = macro_f1(confusion_matrix(examples.labels, predicted, logits.shape[1]))
    return loss, float((predicted == examples.labels).mean()), scores


def _optimiser(network: nn.Module, recipe: Recipe, device: torch.device) -> torch.optim.Optimizer:
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    kind = torch.optim.AdamW if recipe.optimiser == "adamw" else torch.optim.Adam
    # One kernel for all parameters: a step of a small network is as long as its kernels take to launch.
    fused = device.type == "cuda" or None
    return kind(trained, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=fused)


def _order(labels: Indices, share: float, generator: torch.Generator) -> Indices:
    indices = oversample(labels, share)
    shuffled: Indices = indices[torch.randperm(len(indices), generator=generator).numpy()]
    return shuffled


def _mix(seed: int, epoch: int) -> int:
    """A seed for an epoch, or for what comes before the first (negative numbers)."""
    return int(np.random.SeedSequence([seed, epoch % 2**32]).generate_state(1)[0])
