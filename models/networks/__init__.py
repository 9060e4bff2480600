"""The networks: named, built, and given their weights.

variants.py            the names (`resnet18:b3-1`, `resnet18:tune-fc`): which network, cut or frozen where
build.py               any of them built from its name
resnet.py              residual networks cut after any unit or frozen up to any unit
efficientnet_lite.py   EfficientNet-Lite up to a stage's widened maps
lite_variants.py       its names and plans
trunk_pair.py          a shallow ResNet and an EfficientNet-Lite side by side: the shipped bundle's network
spread.py              a shallow ResNet read by the mean and the spread of its last maps
multi_exit.py          a ResNet read at several depths: group first, then class
ensemble.py            several networks side by side, read by one layer
places.py              where panels are and where they part, and how whole a piece is
place_plan.py          its sizes
sentences.py           a language model's layers, which read captions
sentence_plan.py       its sizes
weights.py             start weights: ImageNet's, or a local file's
statistics.py          BatchNorm statistics estimated again where weights come without them
"""
