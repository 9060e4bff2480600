"""How good a classifier is, and how far to believe it. Needs no other room.

evaluation.py    accuracy, precision, recall, F1, confusion, calibration error, with 95% intervals
calibration.py   the temperature that makes confidences honest, and the threshold below which the model abstains
conformal.py     sets of classes that hold the true one with a promised probability
"""
