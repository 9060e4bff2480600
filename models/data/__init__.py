"""Labelled images as training and evaluation read them.

imageclef.py      labelled images on disk: ImageCLEF's lists, class folders, CSVs
splits.py         who trains and who validates
canvases.py       images decoded once, kept as a memory-mapped file
experiment.py     all of it together: the decoded data of a training or an evaluation
examples.py       canvases with classes, read in batches, and what a network makes of them
augmentation.py   random changes of training images, on the device that trains
views.py          other views of training images, for networks that are run once
"""
