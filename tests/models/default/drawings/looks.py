"""What drawings of any kind are held to."""

from __future__ import annotations

import numpy as np
from PIL import Image

from models.default.drawings.panels import Drawer


def draw_unlike(draw: Drawer, count: int, longer: float) -> list[Image.Image]:
    """`count` drawings; fails where one has nothing on it, where two are the same, or where all have one shape.

    The broadest has to be `longer` times as broad for its height as the narrowest.
    """
    images = [draw(np.random.default_rng(seed)) for seed in range(count)]
    assert {image.mode for image in images} == {"RGB"}
    for image in images:
        assert np.asarray(image.convert("L"), np.float32).std() > 3, "nothing on it"
    assert len({image.tobytes() for image in images}) == count, "two are alike"
    shapes = [image.width / image.height for image in images]
    assert max(shapes) > longer * min(shapes), "all have one shape"
    return images
