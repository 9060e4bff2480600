"""What only Figmill's developers run; no command of a user needs it.

gold.py              hand-checked panels of real papers, on which the default bundle is tested
panel_gold.py        figures with known panels, on which separation is measured
published_gold.py    the same of others' gold, as its authors ship it: ImageCLEF's, PanelSeg's
letter_training.py   the training of the letter reader, models/pretrained/letters
cut_proposals.py     cuts of every kind for the judge of cuts to learn from
cut_training.py      the training of the judge of cuts, models/pretrained/cuts
"""
