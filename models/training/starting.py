"""What a network starts from: ImageNet's weights, a file, a folder of files, or trained bundles of its members."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from models.bundle.bundle import DESCRIPTION_FILE, PRETRAINED, WEIGHTS_FILE, BundleError
from models.bundle.serialization import load_bundle
from models.errors import ModelError
from models.networks.build import bodies, build_network
from models.networks.ensemble import Ensemble
from models.networks.resnet import ResNet
from models.networks.variants import (
    ENSEMBLE_MEMBERS,
    OTHER_MODELS,
    parse_exits,
    parse_point,
    parse_variant,
    point_name,
)
from models.networks.weights import SUFFIXES, WeightsError, imagenet, load_file, start_from

IMAGENET_WEIGHTS = "imagenet"
"""`--weights imagenet`: torchvision's, downloaded at first use."""

RANDOM_WEIGHTS = "random"
"""`--weights random`: no start weights, for tests and for comparison."""

ENSEMBLE = "resnet50:ensemble"

SHIPPED_TRUNK = PRETRAINED / "default" / WEIGHTS_FILE
"""ImageNet's ResNet-18 up to its third stage, in half precision: what the default bundle's head was fitted to."""

_SOME_CLASSES = ("DMEL", "DMFL", "GFIG")
"""Of two groups, one of which has several, as a network with two exits wants."""

_RESNET = "resnet."
"""What the names of a ResNet's tensors begin with where it stands beside another trunk."""


def check_start(model: str, weights: str) -> None:
    """Whether the network called `model` can start from `weights`, as far as can be told before anything is read.

    Raises UnknownModelError, WeightsError.
    """
    if model not in OTHER_MODELS and not parse_exits(model):
        parse_variant(model)
    if weights == RANDOM_WEIGHTS:
        return
    if model == ENSEMBLE:
        _check_members(weights)
    elif weights != IMAGENET_WEIGHTS:
        _files(model, Path(weights))


def available_weights(model: str, weights: str) -> str:
    """`weights`; where they are ImageNet's and cannot be downloaded, the trunk that ships if the model is part of it.

    Raises WeightsError where that will not do either, and UnknownModelError.
    """
    check_start(model, weights)
    if weights != IMAGENET_WEIGHTS:
        return weights
    try:
        for base in _bases(model):
            imagenet(base)
    except WeightsError:
        if not _is_part_of(model, SHIPPED_TRUNK):
            raise
        return str(SHIPPED_TRUNK)
    return weights


def start_name(weights: str) -> str:
    """What start weights are called: `imagenet`, a file, or the folder of a bundle."""
    place = Path(weights)
    return f"the trunk of the bundle {place.parent.name}" if place.name == WEIGHTS_FILE else place.name


def start_network(
    model: str, classes: Sequence[str] | int, weights: str, seed: int, freeze: str | None = None
) -> nn.Module:
    """The network called `model` with its start weights.

    `weights`: `imagenet`, `random`, a file, or a folder with a file for each torchvision network that the model holds
    (`alexnet*.pth`); for the ensemble a folder with a bundle of each member. `freeze` names a residual unit
    before which nothing is trained, on top of what the model itself freezes.
    Raises UnknownModelError, WeightsError, and ModelError for a unit that the network does not have.
    """
    check_start(model, weights)
    torch.manual_seed(seed)
    network = build_network(model, classes)
    if weights == IMAGENET_WEIGHTS:
        for base, body in bodies(model, network):
            start_from(body, imagenet(base), weights)
    elif isinstance(network, Ensemble) and model == ENSEMBLE and weights != RANDOM_WEIGHTS:
        _take_members(network, Path(weights))
    elif weights != RANDOM_WEIGHTS:
        files = _files(model, Path(weights))
        for base, body in bodies(model, network):
            start_from(body, _load_trunk(files[base]), str(files[base]))
    if freeze:
        _freeze_before(network, freeze)
    return network


def start_identity(model: str, weights: str) -> str:
    """Tells these start weights from any other: the name of downloaded ones, the SHA-256 of what files hold."""
    if weights in {IMAGENET_WEIGHTS, RANDOM_WEIGHTS}:
        return weights
    if model == ENSEMBLE:
        files = [folder / WEIGHTS_FILE for folder in _member_folders(Path(weights)).values()]
    else:
        files = list(dict.fromkeys(_files(model, Path(weights)).values()))
    return " ".join(_sha256(file) for file in files)


def weights_identity(weights: str) -> str:
    """As `start_identity`, for whatever network: of a folder all its files count."""
    if weights in {IMAGENET_WEIGHTS, RANDOM_WEIGHTS}:
        return weights
    place = Path(weights)
    files = sorted(f for f in place.iterdir() if f.suffix in SUFFIXES) if place.is_dir() else [place]
    return " ".join(_sha256(file) for file in files)


def _is_part_of(model: str, trunk: Path) -> bool:
    try:
        network = build_network(model, _SOME_CLASSES)
        for _, body in bodies(model, network):
            start_from(body, _load_trunk(trunk), str(trunk))
    except WeightsError:
        return False
    return True


def _load_trunk(file: Path) -> dict[str, Tensor]:
    """A file's tensors by torchvision's names; of a bundle with two trunks its ResNet's."""
    tensors = load_file(file)
    resnet = {
        name.removeprefix(_RESNET): tensor for name, tensor in tensors.items() if name.startswith(_RESNET)
    }
    return resnet or tensors


def _bases(model: str) -> tuple[str, ...]:
    """The torchvision networks that a model holds."""
    return ("alexnet", "googlenet") if model == "alexnet+googlenet" else (re.split(r"[:+]", model)[0],)


def _files(model: str, weights: Path) -> dict[str, Path]:
    """The file of each torchvision network that a model holds. Raises WeightsError."""
    bases = _bases(model)
    if not weights.is_dir():
        if len(bases) > 1:
            raise WeightsError(
                f"{model} joins {' and '.join(bases)}, which one file cannot start: give --weights a folder with "
                f"{' and '.join(f'{base}*.pth' for base in bases)}"
            )
        return {bases[0]: weights}
    found = {}
    for base in bases:
        # `inception_v3_google-0cc3c7bd.pth`, but not `resnet101.pth` for resnet10
        named = re.compile(rf"{base}(?![0-9]).*", re.IGNORECASE)
        files = sorted(f for f in weights.iterdir() if f.suffix in SUFFIXES and named.fullmatch(f.name))
        if len(files) != 1:
            what = f"{len(files)} files" if files else "no file"
            raise WeightsError(
                f"start weights {weights} hold {what} {base}*.pth (.safetensors, .npz); one is needed"
            )
        found[base] = files[0]
    return found


def _member_folders(folder: Path) -> dict[str, Path]:
    return {name: folder / name.replace(":", "_") for name in ENSEMBLE_MEMBERS}


def _check_members(weights: str) -> None:
    folders = _member_folders(Path(weights))
    missing = [place.name for place in folders.values() if not (place / DESCRIPTION_FILE).is_file()]
    if missing:
        where = (
            f"{weights} lacks {', '.join(missing)}" if Path(weights).is_dir() else "there is no such folder"
        )
        raise WeightsError(
            f"{ENSEMBLE} joins six trained networks: give --weights a folder with the bundles "
            f"{', '.join(place.name for place in folders.values())}; {where}. "
            f"`figmill study DATA --model {ENSEMBLE}` trains them first"
        )


def _take_members(network: Ensemble, folder: Path) -> None:
    """Each member from its own bundle, `<folder>/resnet50_b4-2` for `resnet50:b4-2`, as `figmill study` writes."""
    places = _member_folders(folder)
    for name, member in zip(network.names, network.members, strict=True):
        bundle = load_bundle(places[name])
        if bundle.info.model != name:
            raise BundleError(
                f"{bundle.info.path} is a {bundle.info.model}, not the ensemble's member {name}"
            )
        start_from(member, bundle.network.state_dict(), str(bundle.info.path))


def _freeze_before(network: nn.Module, freeze: str) -> None:
    point = parse_point(freeze)
    if not isinstance(network, ResNet) or point is None:
        raise ModelError(f"cannot freeze before {freeze!r}; give a residual unit of a ResNet, such as b2-0")
    names = [name for name, _ in network.steps()]
    wanted = point_name(point)
    if wanted not in names:
        raise ModelError(f"there is no residual unit {wanted} in this network; it has {', '.join(names[1:])}")
    network.freeze(max(network.frozen, names.index(wanted)))


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"start weights {file} cannot be read: {error.strerror}") from error
