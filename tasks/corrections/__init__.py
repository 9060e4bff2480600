"""What people say of a dataset's rows, DIR/corrections: kept beside the parts, and laid over them as they are read.

actions.py    one record an action, and which are in force
files.py      the files: written by a session, read with every value checked
overlay.py    the last word of people over rows
checking.py   the files verified, for `figmill check`
exchange.py   corrections from elsewhere taken in, a person's work taken back
formats.py    written as CSV, COCO and for Label Studio
told.py       what these hand back: actions, labels, boxes on pages
boxes.py      boxes on a page told apart: moved, merged, split, drawn
known.py      the subfigures and classes that labels may be about
tables.py     tables that people make in an office program
learning.py   a bundle taught by corrections
examples.py   the pictures that people named, for a training of the whole network
own_classes.py   classes of one's own, from TOML
queues.py     in which order people are shown rows
rows.py       by what a row is known again; which corrections still fit
"""
