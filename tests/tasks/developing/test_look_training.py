"""What the network of looks learns from, in small."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.inference.looks import LOOKS
from models.taxonomy import CODES
from tasks.developing.look_training import fit_head, load_panels, look_of

HEADER = "path,code,article,figure_label,panel_label,split,unsure,third_party,caption\n"


def shared(folder: Path, *rows: str) -> Path:
    for name in ("wild/gold", "corpus/gold", "panels"):
        (folder / name).mkdir(parents=True)
    (folder / "wild/gold/judged.json").write_text("{}")
    (folder / "panels/published.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return folder


def test_papers_with_gold_and_what_is_not_ours_to_learn_from_are_left_out(tmp_path: Path) -> None:
    panels = load_panels(
        shared(
            tmp_path,
            "p/1.jpg,GFIG,judged,Figure 1,,train,0,0,",
            "p/2.jpg,GFIG,other,Figure 1,,train,1,0,",
            "p/3.jpg,GFIG,other,Figure 2,,train,0,1,",
            "p/4.jpg,GFLO,other,Figure 3,,dev,0,0,Flow.",
        )
    )
    assert [(panel.code, panel.path.name) for panel in panels] == [("GFLO", "4.jpg")]


def test_a_panel_without_letter_or_neighbour_is_a_figure_of_its_own(tmp_path: Path) -> None:
    panels = load_panels(
        shared(
            tmp_path,
            "p/1.jpg,GFIG,one,Figure 1,,train,0,0,",
            "p/2.jpg,GFIG,one,Figure 2,A,train,0,0,",
            "p/3.jpg,GFIG,one,Figure 3,,train,0,0,",
            "p/4.jpg,GFIG,one,Figure 3,,train,0,0,",
        )
    )
    assert [panel.alone for panel in panels] == [True, False, False, False]


def test_every_class_looks_like_something() -> None:
    assert {LOOKS[look_of(code)] for code in CODES} == set(LOOKS)
    assert LOOKS[look_of("GFLO")] == "flow chart"


def test_the_head_tells_what_the_features_tell() -> None:
    random = np.random.default_rng(3)
    looks = random.integers(0, 3, 3000)
    features = random.normal(5, 2, (3000, 6)).astype(np.float32)
    features[:, 0] += 9 * looks
    head = fit_head(features, looks)
    said = (features @ head.weight.T + head.bias).argmax(axis=1)
    assert (said == looks).mean() > 0.9
