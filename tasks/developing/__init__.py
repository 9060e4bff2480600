"""What only Figmill's developers run; no command of a user needs it.

gold.py              hand-checked panels of real papers, on which the default bundle is tested
letter_training.py   the training of the letter reader, models/pretrained/letters
"""
