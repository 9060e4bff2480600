"""Training speed: Figmill's loop, a plain torchvision loop, and the bare network, in one run.

    python -m tests.benchmarks.training [--device cuda] [--models resnet18:tune-whole resnet18:tune-fc] [--full-run]
        [--study EPOCHS]

`bare` is forward, backward and optimiser step on random tensors that are already on the device: what no loop can
beat. `plain` is ImageFolder and DataLoader with torchvision's transforms, as in its references. The three take turns,
so that other work on the machine meets them alike, and the fastest of three epochs counts. `times first` is Figmill's
speed over that of the first model: what freezing or cutting gains. `--full-run` also times 100 epochs of
ResNet-18 on 2,310 images with validation and checkpoints, the paper's data (it took them 15 to 30 minutes a model).
`--study` trains every cut and freeze of ResNet-18 for so many epochs as `figmill study` does it, from random weights,
and says what 100 epochs of each take.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as nnf
from PIL import Image

from models.data.canvases import decode
from models.data.examples import Examples
from models.devices import Device, choose_device, half_precision, usable_cores
from models.networks.build import build_network
from models.taxonomy import MICROSCOPY
from models.training.checkpoints import Checkpoint
from models.training.recipes import PRESETS, Recipe
from models.training.training import Epoch, Trainer

MODELS = (
    "resnet18:tune-whole",
    "resnet18:tune-b3-0",
    "resnet18:tune-b4-1",
    "resnet18:tune-fc",
    "resnet18:b3-1",
)
CLASSES = 4
PAPERS_IMAGES = 2310
STUDIED = "resnet18:*"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--models", nargs="*", default=MODELS, help="none: leave the three loops out")
    parser.add_argument("--images", type=int, default=None, help="default: 96 on the CPU, 2310 on a GPU")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--full-run", action="store_true")
    parser.add_argument("--study", type=int, metavar="EPOCHS")
    options = parser.parse_args()
    device = choose_device(options.device)
    count = options.images or (96 if device.type == "cpu" else PAPERS_IMAGES)
    recipe = replace(PRESETS["paper"], batch_size=options.batch_size, oversample=0.0)
    print(
        f"{device_name(device)}, torch {torch.__version__}, batch {options.batch_size}, {count} images, 224 px"
    )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        train = made_images(root, count, recipe)
        if options.models:
            compare(options.models, recipe, train, root / "images", device)
        if options.full_run:
            whole = train if count == PAPERS_IMAGES else made_images(root / "full", PAPERS_IMAGES, recipe)
            full_run(replace(recipe, epochs=100), whole, device, root)
        if options.study:
            study_run(options.study, count, options.device, root / "study")


def compare(
    models: Sequence[str], recipe: Recipe, train: Examples, images: Path, device: torch.device
) -> None:
    """Prints what the three loops reach with each model."""
    titles = (
        ("bare", 9),
        ("Figmill", 9),
        ("of bare", 9),
        ("plain", 9),
        ("times plain", 13),
        ("times first", 13),
    )
    print(f"\n{'model':22}" + "".join(f"{title:>{width}}" for title, width in titles) + "   (images/s)")
    first = 0.0
    for model in models:
        rates = measured(model, recipe, train, images, device)
        first = first or rates["Figmill"]
        print(row(model, rates, first), flush=True)
    print(f"load average: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")


def row(model: str, rates: dict[str, float], first: float) -> str:
    bare, ours, plain = rates["bare"], rates["Figmill"], rates["plain"]
    return f"{model:22}{bare:9.1f}{ours:9.1f}{ours / bare:9.0%}{plain:9.1f}{ours / plain:13.1f}{ours / first:13.1f}"


def measured(
    model: str, recipe: Recipe, train: Examples, images: Path, device: torch.device, repeats: int = 3
) -> dict[str, float]:
    """Images per second of the fastest of three epochs, after one to warm up."""
    epochs: dict[str, Callable[[], None]] = {
        "bare": lambda: bare_epoch(model, recipe, len(train), device),
        "Figmill": figmill_epoch(model, recipe, train, device),
        "plain": plain_epoch(model, recipe, images, device),
    }
    seconds: dict[str, list[float]] = {name: [] for name in epochs}
    for _ in range(repeats + 1):
        for name, epoch in epochs.items():
            started = time.perf_counter()
            epoch()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            seconds[name].append(time.perf_counter() - started)
    return {name: len(train) / min(taken[1:]) for name, taken in seconds.items()}


def figmill_epoch(model: str, recipe: Recipe, train: Examples, device: torch.device) -> Callable[[], None]:
    trainer = Trainer(build_network(model, CLASSES), recipe, 0, device)

    def epoch() -> None:
        trainer.train_one_epoch(1, train)

    return epoch


def bare_epoch(model: str, recipe: Recipe, images: int, device: torch.device) -> None:
    """The same number of images as random tensors; the network is kept between calls."""
    network, optimiser, scaler = _bare(model, recipe, device)
    x = torch.randn(recipe.batch_size, 3, 224, 224, device=device).contiguous(
        memory_format=torch.channels_last
    )
    labels = torch.randint(CLASSES, (recipe.batch_size,), device=device)
    for _ in range(images // recipe.batch_size):
        step(network, optimiser, scaler, x, labels)


_KEPT: dict[str, tuple[torch.nn.Module, torch.optim.Optimizer, torch.amp.GradScaler]] = {}


def _bare(
    model: str, recipe: Recipe, device: torch.device
) -> tuple[torch.nn.Module, torch.optim.Optimizer, torch.amp.GradScaler]:
    if model not in _KEPT:
        network = build_network(model, CLASSES).to(device).to(memory_format=torch.channels_last).train()
        trained = [p for p in network.parameters() if p.requires_grad]
        fused = device.type == "cuda" or None
        optimiser = torch.optim.Adam(trained, lr=recipe.learning_rate, fused=fused)
        _KEPT[model] = network, optimiser, scaler_of(device)
    return _KEPT[model]


def precision_of(device: torch.device) -> torch.dtype | None:
    """What training computes in, where not in fp32."""
    return half_precision(device) if device.type == "cuda" else None


def scaler_of(device: torch.device) -> torch.amp.GradScaler:
    """As training has it: for float16 alone."""
    return torch.amp.GradScaler(device.type, enabled=precision_of(device) == torch.float16)


def step(
    network: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    x: torch.Tensor,
    labels: torch.Tensor,
) -> None:
    with torch.autocast(x.device.type, precision_of(x.device), enabled=x.device.type == "cuda"):
        loss = nnf.cross_entropy(network(x).float(), labels)
    optimiser.zero_grad(set_to_none=True)
    scaler.scale(loss).backward()
    scaler.step(optimiser)
    scaler.update()


def plain_epoch(model: str, recipe: Recipe, images: Path, device: torch.device) -> Callable[[], None]:
    """As in torchvision's references: decode, resize and augment every image anew, in worker processes."""
    from torchvision import datasets, transforms
    from torchvision.models import get_model

    steps = [
        transforms.Resize(256),
        transforms.RandomHorizontalFlip(),
        transforms.RandomRotation((0, 20)),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize(recipe.transform.mean, recipe.transform.std),
    ]
    loader = torch.utils.data.DataLoader(
        datasets.ImageFolder(str(images), transforms.Compose(steps)),
        batch_size=recipe.batch_size,
        shuffle=True,
        num_workers=os.cpu_count() or 1,
        persistent_workers=True,
        pin_memory=device.type == "cuda",
    )
    # The whole network with unneeded gradients, as a plain loop has it; a shallow one has no torchvision twin.
    network = build_network(model, CLASSES) if "tune-" not in model else get_model(model.partition(":")[0])
    if "tune-" in model:
        ours = build_network(model, CLASSES)
        network.fc = torch.nn.Linear(network.fc.in_features, CLASSES)
        trained = {name for name, p in ours.named_parameters() if p.requires_grad}
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(name in trained)
    network = network.to(device).train()
    optimiser = torch.optim.Adam(
        [p for p in network.parameters() if p.requires_grad], lr=recipe.learning_rate
    )
    scaler = scaler_of(device)

    def epoch() -> None:
        for x, labels in loader:
            step(
                network,
                optimiser,
                scaler,
                x.to(device, non_blocking=True),
                labels.to(device, non_blocking=True),
            )

    return epoch


def full_run(recipe: Recipe, train: Examples, device: torch.device, root: Path) -> None:
    fifth = len(train) // 5
    validation = Examples(train.pixels, train.rows[:fifth], train.labels[:fifth])
    rest = Examples(train.pixels, train.rows[fifth:], train.labels[fifth:])
    checkpoint = CountedCheckpoint(root / "checkpoint.pt")
    started = time.perf_counter()
    Trainer(build_network("resnet18:tune-whole", CLASSES), recipe, 0, device).fit(
        rest, validation, checkpoint
    )
    print(
        f"\n100 epochs of resnet18:tune-whole on {len(train)} images: {time.perf_counter() - started:.1f} s, "
        f"{checkpoint.saves} checkpoints of them {checkpoint.seconds:.1f} s"
    )


def study_run(epochs: int, images: int, device: Device, root: Path) -> None:
    """Every cut and freeze of ResNet-18 through the study itself; a tenth of the images are for testing."""
    from flows.runs.study import StudyReporter, StudySettings, study
    from models.training.settings import TrainSettings

    write_images(root / "data" / "train", images)
    write_images(root / "data" / "test", max(CLASSES, images // 10))

    class Rows(StudyReporter):
        """A row for each network, once it is trained."""

        seconds: list[float]

        def network(self, name: str, number: int, total: int, done: bool) -> None:
            self.name, self.seconds, self.began = name, [], time.perf_counter()

        def epoch(self, epoch: Epoch, total: int) -> None:
            self.seconds.append(epoch.seconds)
            if len(self.seconds) == epochs:
                best, whole = min(self.seconds), time.perf_counter() - self.began
                print(f"{self.name:22}{best:12.2f}{100 * best:12.1f}{whole:14.1f}", flush=True)

    print(f"\n{'figmill study':22}{'s an epoch':>12}{'100 epochs':>12}{f'these {epochs}, s':>14}")
    training = TrainSettings(
        data=(str(root / "data"),),
        out="",
        weights="random",
        epochs=epochs,
        device=device,
        cache=str(root / "cache"),
    )
    started = time.perf_counter()
    study(StudySettings(out=str(root / "out"), models=(STUDIED,), training=training), Rows())
    print(f"all with calibration, bundles and report: {time.perf_counter() - started:.1f} s")


class CountedCheckpoint(Checkpoint):
    saves, seconds = 0, 0.0

    def save(self, state: Mapping[str, Any]) -> None:
        started = time.perf_counter()
        super().save(state)
        self.saves, self.seconds = self.saves + 1, self.seconds + time.perf_counter() - started


def made_images(root: Path, count: int, recipe: Recipe) -> Examples:
    """Written images and their canvases."""
    files = write_images(root / "images", count)
    canvases = decode(files, recipe.transform, root / "cache")
    return Examples(canvases.pixels, np.arange(count), np.arange(count) % CLASSES)


def write_images(folder: Path, count: int) -> list[Path]:
    """JPEGs of 500 x 400 pixels in a folder for each class, which come by turns."""
    files = [folder / MICROSCOPY[number % CLASSES] / f"{number}.jpg" for number in range(count)]
    for parent in {file.parent for file in files}:
        parent.mkdir(parents=True, exist_ok=True)

    def write(number: int) -> None:
        coarse = np.random.default_rng(number).integers(0, 256, (40, 50, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((500, 400)).save(files[number], quality=85)

    with ThreadPoolExecutor(usable_cores()) as threads:
        list(threads.map(write, range(count)))
    return files


def device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{len(os.sched_getaffinity(0))} CPU cores, {torch.get_num_threads()} threads"


if __name__ == "__main__":
    main()
