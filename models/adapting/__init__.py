"""A bundle taught by people's corrections: from stored scores and features, in seconds, no picture read.

teaching.py   the correction of the head that labels teach, and what held-out labels say of it
refitting.py  a bundle with that correction folded into its weights
classes.py    a bundle with further classes
"""
