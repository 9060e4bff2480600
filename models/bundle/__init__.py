"""A bundle: a trained network as a folder with all that using it needs. Loading runs no code from it.

bundle.py             what a bundle is, which ones ship, where one is found
description.py        model.json, read with every value checked, and written
scoring_settings.py   the sections of model.json that say how logits become a score
text_model.py         the text model's numbers
sentence_model.py     MiniLM's numbers, in a file of their own
trained_on.py         which images trained it
values.py             values of a description, checked one by one
serialization.py      the weights, to a folder and back, each tensor checked
card.py               the model card, README.md
novelty.py            how unlike its training images an image is
"""
