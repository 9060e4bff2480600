"""What builds the bundle that ships, models/pretrained/default, from panels.

build.py            panels in, bundle out
panels.py           the panels: which are read, which are drawn, as arrays
photographs.py      photographs of anything (photographs.csv), which the bundle learns to reject
drawings/           panels that the project draws itself, for classes of which few free images are published
trunk_features.py   what the frozen trunk makes of each image, kept on disk
head.py             the head: a weighted logistic regression, judged by articles
model.py            head, temperature and the limits beyond which it rejects
facts.py            what the card is told: data, quality, rejection
card.py             the card

Which panels it learns from is gathered by flows/runs/default_bundle.py.
"""
