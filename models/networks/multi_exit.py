"""A ResNet that is read at several depths in one forward pass.

`MultiExit` is the hierarchical classifier that the paper proposes: the modality's group (microscopy, radiology, ...)
is read after an earlier residual unit, the class within its group after a deeper one. `features_by_unit` gives
the pooled features after every unit, for whoever asks how deep a network has to be.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from models.networks.resnet import ResNet
from models.networks.variants import Exits, UnknownModelError, point_name
from models.taxonomy import groups

Labels = npt.NDArray[np.int64]


class MultiExit(ResNet):
    """A ResNet cut after the deeper exit, with a linear head at each of two exits.

    `groups` holds the group's number of each class. log p(class) = log p(its group), from the earlier exit,
    + log p(class among its group's), from the deeper one. The logits are these logarithms, so that their
    cross-entropy is the sum of both exits' and every loop, calibration and bundle takes this network as any other.
    """

    groups: Tensor
    members: Tensor

    def __init__(self, exits: Exits, groups: Sequence[int]) -> None:
        super().__init__(exits.base, len(groups), exits.leaf)
        self.early = point_name(exits.group)
        self.early_size = self.widths[self.early]
        self.embedding_size += self.early_size
        count = max(groups) + 1
        self.group_fc = nn.Linear(self.early_size, count)
        # Both follow from the classes, so no bundle keeps them.
        self.register_buffer("groups", torch.tensor(groups), persistent=False)
        self.register_buffer("members", nn.functional.one_hot(self.groups, count).T.bool(), persistent=False)

    def features(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) normalised -> (N, embedding_size): pooled at the earlier, then at the deeper exit."""
        kept = [pooled for name, pooled in self.pooled(x) if name in {self.early, self.last}]
        return torch.cat(kept, dim=1)

    def head(self, features: Tensor) -> Tensor:
        """(N, embedding_size) -> (N, classes) logits: the logarithms of the classes' joint probabilities."""
        return self.leaf_logits(features) + self.group_logits(features)[:, self.groups]

    def group_logits(self, features: Tensor) -> Tensor:
        """(N, embedding_size) -> (N, groups) log-probabilities, from the earlier exit alone."""
        logits: Tensor = self.group_fc(features[:, : self.early_size])
        return logits.log_softmax(dim=1)

    def leaf_logits(self, features: Tensor) -> Tensor:
        """(N, embedding_size) -> (N, classes) log-probabilities given the class's group, from the deeper exit."""
        logits: Tensor = self.fc(features[:, self.early_size :]).float()
        within = logits[:, None].masked_fill(~self.members, -torch.inf).logsumexp(dim=2)
        return logits - within[:, self.groups]

    def readouts(
        self, features: npt.NDArray[np.float32], labels: Labels
    ) -> list[tuple[nn.Linear, npt.NDArray[np.float32], Labels]]:
        """Each linear head with the part of (N, embedding_size) features and the (N,) labels that it reads."""
        early, deep = features[:, : self.early_size], features[:, self.early_size :]
        return [(self.group_fc, early, self.groups.cpu().numpy()[labels]), (self.fc, deep, labels)]


def build_multi_exit(exits: Exits, classes: Sequence[str]) -> MultiExit:
    """The network with random weights. Raises UnknownModelError where the classes leave an exit nothing to do."""
    names, numbers = groups(classes)
    if len(names) in {1, len(classes)}:
        kind = f"are all of one group, {names[0]}" if len(names) == 1 else "have a group each"
        raise UnknownModelError(
            f"{exits.name} reads a class's group first, but these {len(classes)} classes {kind}; "
            f"take {exits.base}:{point_name(exits.leaf)}"
        )
    return MultiExit(exits, numbers)


@torch.inference_mode()
def features_by_unit(network: ResNet, x: Tensor) -> dict[str, Tensor]:
    """(N, 3, H, W) normalised -> the (N, channels) pooled features after every residual unit, from one pass.

    The network runs as it is: call `eval()` first for features that do not depend on the batch.
    """
    return {name: pooled for name, pooled in network.pooled(x) if name != "stem"}
