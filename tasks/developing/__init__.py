"""What only Figmill's developers run; no command of a user needs it.

gold.py              hand-checked panels of real papers, on which the default bundle is tested
panel_gold.py        figures with known panels, on which separation is measured
published_gold.py    the same of others' gold, as its authors ship it: ImageCLEF's, PanelSeg's
letter_training.py   the training of the letter reader, models/pretrained/letters
composed.py          compound figures composed of published panels at random
look_training.py     the training of what sees what a figure looks like, models/pretrained/looks
collages.py          small figures of many kinds, laid out at random, to learn from
collage_drawing.py   how they are drawn
drawn_panels.py      panels drawn with matplotlib, of kinds of which few are published
place_targets.py     what the network of places shall say
place_training.py    its training, models/pretrained/places
split_training.py    the training of the judge of pieces, models/pretrained/judge
"""
