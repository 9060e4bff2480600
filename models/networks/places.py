"""The network that says of each place of a figure whether it lies in a panel or between two, and how whole a piece is.

A frozen ResNet-18 gives maps at strides of 8 and 16 pixels; what is trained sits on them: residual blocks of dilated
convolutions (Yu and Koltun 2016) that also see the means of their row and column (strip pooling, Hou et al. 2020), for
a gutter is told by the line it lies on; then a small perceptron on the maps in and around a box (Girshick 2015).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.networks.place_plan import (
    COARSE,
    DILATIONS,
    FIELDS,
    FINE,
    HIDDEN,
    LAYERS,
    PLAIN,
    SAMPLES,
    SHAPES,
    WIDTH,
)


class Block(nn.Module):
    """A dilated convolution with the means of row and column added, and a shortcut."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.wide = nn.Conv2d(WIDTH, WIDTH, 3, padding=dilation, dilation=dilation)
        self.row, self.column = nn.Conv2d(WIDTH, WIDTH, 1), nn.Conv2d(WIDTH, WIDTH, 1)
        self.out = nn.Conv2d(WIDTH, WIDTH, 1)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(N, WIDTH, H, W), (N, 1, H, W) -> (N, WIDTH, H, W)."""
        rows = x.sum(3, keepdim=True) / mask.sum(3, keepdim=True).clamp(min=1)
        columns = x.sum(2, keepdim=True) / mask.sum(2, keepdim=True).clamp(min=1)
        strips = self.row(rows) + self.column(columns)
        blocked: Tensor = (x + self.out(functional.relu(self.wide(x) + strips))) * mask
        return blocked


class Places(nn.Module):
    """The trained part of the network."""

    def __init__(self) -> None:
        super().__init__()
        self.fine, self.coarse = nn.Conv2d(FINE, WIDTH, 1), nn.Conv2d(COARSE, WIDTH, 1)
        self.plain = nn.Conv2d(PLAIN, WIDTH, 3, padding=1)
        self.blocks = nn.ModuleList(map(Block, DILATIONS))
        self.fields, self.hidden = nn.Conv2d(WIDTH, FIELDS, 1), nn.Conv2d(WIDTH, HIDDEN, 1)
        self.dropped = nn.Dropout2d(0.1)
        inputs = (HIDDEN + FIELDS) * SAMPLES**2 + SHAPES
        self.piece = nn.Sequential(
            nn.Linear(inputs, LAYERS[0]),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(LAYERS[0], LAYERS[1]),
            nn.ReLU(),
            nn.Linear(LAYERS[1], LAYERS[2]),
        )

    def forward(self, fine: Tensor, coarse: Tensor, plain: Tensor) -> tuple[Tensor, Tensor]:
        """The logits of the fields (N, 3, H, W), and the maps (N, 27, H, W) that pieces are judged by.

        `plain` (N, 7, H, W): its last channel is 1 where the figure is, all else 0 beyond.
        """
        mask = plain[:, -1:]
        wide = functional.interpolate(self.coarse(self.dropped(coarse)), scale_factor=2.0, mode="nearest")
        x = (self.fine(self.dropped(fine)) + wide + self.plain(plain)) * mask
        for block in self.blocks:
            x = block(x, mask)
        seen = functional.relu(x)
        fields = self.fields(seen)
        maps = torch.cat([functional.relu(self.hidden(seen)), fields.sigmoid()], 1) * mask
        return fields, maps

    def judge(self, samples: Tensor, shapes: Tensor) -> Tensor:
        """Logits (M, 4) of pieces from what lies in and around them (M, 27, 7, 7) and their shapes (M, 8)."""
        outcomes: Tensor = self.piece(torch.cat([samples.flatten(1), shapes], 1))
        return outcomes
