"""Networks, their training and what they say of images; nothing of PDFs, nothing of Prefect.

A network is built from its name, trained on labelled images by a recipe, calibrated on held-out ones and saved as a
bundle; a bundle labels images by whichever engine is fastest on the machine.

    study/   default/   adapting/   gradcam                                  what is done with trained networks
    training/   inference/                                               neither imports the other
    bundle/
    data/
    networks/   evaluation/
    taxonomy  transforms  devices  files  errors  png  letters  boosted  caption_features    what everybody uses

Imports go down in this drawing; nothing here knows `tasks` or `flows`. torch is imported where a network is built or
trained, not by what merely reads a bundle's description.

networks/             the networks: names, modules, start weights
data/                 labelled images: read, split, decoded, augmented
evaluation/           scores and calibration
bundle/               a trained network as a folder
inference/            a bundle at work: engines, batches, words of captions
training/             the loop, its recipes, its checkpoints
study/                the study of depths
adapting/             a bundle taught by people's corrections
default/              what builds the bundle that ships
pretrained/           what ships: the bundle `default`, the readers of letters, of looks and of places, the judge
taxonomy.py           the 30 modalities: codes, names, tree
transforms.py         how an encoded image becomes the network's input
devices.py            which device computes, how many cores there are
files.py              files written in one step: whole, or not there
errors.py             the root of the errors raised on purpose
png.py                PNGs written and read fast
letters.py            the reader of single printed letters
boosted.py            boosted decision trees, read in numpy alone
caption_features.py   a caption as numbers
gradcam.py            where a network looks, for `figmill explain`
"""

import sys

# OpenVINO reports its import over the network and leaves an identifier at the user's home, unless this package, which
# comes with it, cannot be imported.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
