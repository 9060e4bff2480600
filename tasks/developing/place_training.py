"""Training of the network of places.

    python -m tasks.developing.place_training SHARED WEIGHTS [--without FOLD ...] [--collages N] [--steps N]

The trunk is that of `models/pretrained/looks`, frozen, its maps kept in memory (0.6 MB a figure). Learned from:
collages of published and of drawn panels of the train split, published figures of one panel with what the rules would
cut them into, and the annotated figures of SHARED; `--without` leaves out those of some of five folds of papers, for
who measures on these, or trains a judge that shall not read answers learned by heart.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from models.inference.places import CELL, REACH, SIDE, open_trunk, plain_maps, shapes_of, shrink
from models.networks.place_plan import COARSE, FINE, PLAIN, SAMPLES
from models.networks.places import Places
from models.transforms import Pixels
from tasks.developing.collages import collages
from tasks.developing.drawn_panels import draw_panels
from tasks.developing.look_training import PublishedPanel, load_panels
from tasks.developing.panel_gold import GoldFigure, load_gold, load_score
from tasks.developing.place_targets import UNCLEAR, fields_of, outcomes_of, random_pieces
from tasks.developing.split_training import FOLDERS, FOLDS, fold_of, single_figure
from tasks.panels.pieces import Canvas, Piece
from tasks.panels.rules import find_split
from tasks.panels.separation import prepare

Floats = npt.NDArray[np.float32]

SHARES = {"collages": 0.45, "drawn": 0.1, "singles": 0.15, "wild": 0.2, "corpus": 0.1}
"""Of each kind of example in a batch."""

BATCH, RATE = 8, 2.5e-3

BETWEEN = 4.0
"""How much a cell between panels counts beside another: one in twenty is such."""

PIECES, OVERLAP = 0.6, 0.5
"""How much what a piece is, and its IoU, count beside the fields."""

COLLAGES, STEPS, SEED = 2400, 400, 11

MOST_LEVELS = 8
"""Cuts within cuts that are followed."""

CELLS = SIDE // CELL


class Seen(NamedTuple):
    """A figure as the network gets it, in half precision: (192, H, W), (256, H/2, W/2) and (7, H, W)."""

    fine: npt.NDArray[np.float16]
    coarse: npt.NDArray[np.float16]
    plain: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Example:
    """A figure as it is seen, with its panels (N, 4) and pieces that rules cut (M, 4), in pixels of the copy."""

    seen: Seen
    size: tuple[float, float]
    boxes: Floats
    cut: Floats


def example(pixels: Pixels, boxes: Floats, cut: Floats) -> Example:
    """Of a figure (H, W, 3) uint8; `boxes` and `cut` in its pixels."""
    small, size, scale = shrink(pixels)
    fine, coarse = open_trunk().run(["fine", "coarse"], {"images": small[None]})
    seen = Seen(*(maps.astype(np.float16) for maps in (fine[0], coarse[0], plain_maps(small, size))))
    return Example(seen, size, boxes * np.float32(scale), cut * np.float32(scale))


def gold_examples(figures: Iterable[GoldFigure]) -> Iterator[Example]:
    """Of figures that a person annotated, as the pipeline prepares them."""
    for figure in figures:
        setting = prepare(figure.image)
        if setting:
            boxes = np.array([setting.to_pixels(box) for box in figure.boxes], np.float32)
            pixels = setting.canvas.pixels
            cut = [setting.whole.box, *pieces_of(setting.canvas, setting.whole)]
            yield example(pixels, boxes, np.array(cut, np.float32))


def pieces_of(canvas: Canvas, piece: Piece, level: int = 0) -> Iterator[tuple[int, int, int, int]]:
    """All pieces that the rules would cut `piece` into if nobody objected, and each two neighbours of these."""
    split = find_split(canvas, piece) if level < MOST_LEVELS else None
    if split is None:
        return
    for part in split.parts:
        yield part.box
        yield from pieces_of(canvas, part, level + 1)
    for a, b in zip(split.parts[:-1], split.parts[1:], strict=True):
        (p, q, r, s), (t, u, v, w) = a.box, b.box
        yield min(p, t), min(q, u), max(r, v), max(s, w)


def outside_examples(panels: Sequence[PublishedPanel], count: int) -> dict[str, list[Example]]:
    """Of collages and of published figures of one panel."""
    own = [panel for panel in panels if panel.split == "train"]
    nothing = np.zeros((0, 4), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw_panels(max(8, count // 24), SEED, Path(folder))
        random = np.random.default_rng(SEED)
        some = random.choice(len(own), min(len(own), len(drawn) // 2), replace=False)
        mixed = [*drawn, *(own[number] for number in some)]
        return {
            "collages": [example(c.pixels, c.boxes, nothing) for c in collages(own, count, SEED)],
            "drawn": [example(c.pixels, c.boxes, nothing) for c in collages(mixed, count // 5, SEED + 1)],
            "singles": list(gold_examples(single_figure(panel) for panel in own if panel.alone)),
        }


def train(groups: Mapping[str, Sequence[Example]], steps: int, seed: int = 1) -> Places:
    """The network after `steps` batches of `groups`, drawn as `SHARES` says."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    names = [name for name in SHARES if groups.get(name)]
    shares = np.array([SHARES[name] for name in names])
    network = Places().train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    for _ in range(steps):
        chosen = [groups[names[n]] for n in random.choice(len(names), BATCH, p=shares / shares.sum())]
        batch = [group[int(random.integers(len(group)))] for group in chosen]
        optimizer.zero_grad()
        loss_of(network, batch, random).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return network.eval()


def loss_of(network: Places, batch: Sequence[Example], random: np.random.Generator) -> Tensor:
    """Of the fields of a batch and of pieces of its figures."""
    fine, coarse, plain = (
        torch.stack([padded(getattr(one.seen, name), channels, stride) for one in batch])
        for name, channels, stride in (("fine", FINE, 1), ("coarse", COARSE, 2), ("plain", PLAIN, 1))
    )
    fields, maps = network(fine, coarse, plain)
    wanted = torch.stack([torch.from_numpy(fields_of(one.boxes, CELLS, CELLS)) for one in batch])
    weights = torch.tensor([1.0, BETWEEN, BETWEEN]).view(1, 3, 1, 1)
    off = functional.binary_cross_entropy_with_logits(fields, wanted, reduction="none", pos_weight=weights)
    mask = plain[:, -1:]
    pieces = [random_pieces(one.boxes, one.size, one.cut, random) for one in batch]
    told = [outcomes_of(own, one.boxes) for own, one in zip(pieces, batch, strict=True)]
    logits = torch.cat([judge(network, maps[n : n + 1], own, batch[n].size) for n, own in enumerate(pieces)])
    outcomes, overlaps = (torch.from_numpy(np.concatenate(part)) for part in zip(*told, strict=True))
    what = functional.cross_entropy(logits[:, :3], outcomes, ignore_index=UNCLEAR)
    how_near = functional.binary_cross_entropy_with_logits(logits[:, 3], overlaps)
    loss: Tensor = (off * mask).sum() / mask.sum() / 3 + PIECES * what + OVERLAP * how_near
    return loss


def padded(maps: npt.NDArray[np.floating], channels: int, stride: int) -> Tensor:
    """`maps` (C, H, W) in the upper left of the largest that there may be, zeros beyond the figure."""
    side = CELLS // stride
    whole = torch.zeros(channels, side, side)
    whole[:, : maps.shape[1], : maps.shape[2]] = torch.from_numpy(maps.astype(np.float32))
    return whole


def judge(network: Places, maps: Tensor, pieces: Floats, size: tuple[float, float]) -> Tensor:
    """The logits (M, 4) of `pieces` (M, 4) of the figure with `maps` (1, 27, H, W), sampled as `Places` does."""
    boxes = torch.from_numpy(pieces)
    middles, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]).clamp(min=1)
    at = middles[:, :, None] + sides[:, :, None] * torch.linspace(-REACH, REACH, SAMPLES)
    x, y = (at / SIDE * 2 - 1).unbind(1)
    grid = torch.stack(
        [x[:, None, :].expand(-1, SAMPLES, -1), y[:, :, None].expand(-1, -1, SAMPLES)], -1
    ).reshape(1, -1, SAMPLES, 2)
    samples = functional.grid_sample(maps, grid, align_corners=False)
    own = samples[0].reshape(len(maps[0]), len(pieces), SAMPLES, SAMPLES).transpose(0, 1)
    return network.judge(own, torch.from_numpy(shapes_of(pieces, size)))


def save(network: Places, file: Path) -> None:
    """Store the trained part in half precision."""
    from safetensors.numpy import save_file

    save_file({name: t.numpy().astype(np.float16) for name, t in network.state_dict().items()}, file)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shared", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--without", type=int, nargs="*", default=[], choices=range(FOLDS))
    parser.add_argument("--collages", type=int, default=COLLAGES)
    parser.add_argument("--steps", type=int, default=STEPS)
    options = parser.parse_args()
    score = load_score(options.shared)
    groups = outside_examples(load_panels(options.shared), options.collages)
    for folder in FOLDERS:
        figures = load_gold(options.shared, score, found=True, folder=folder)
        own = (figure for figure in figures if fold_of(figure) not in options.without)
        groups[folder] = list(gold_examples(own))
    save(train(groups, options.steps), options.weights)
    sys.stdout.write(f"{sum(map(len, groups.values()))} figures learned from\n")


if __name__ == "__main__":
    main()
