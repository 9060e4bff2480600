"""A bundle taught by people's corrections: from stored scores and features, in seconds, no picture read.

teaching.py   the correction of the head that labels teach, and what held-out labels say of it
refitting.py  a bundle with that correction folded into its weights
calibrating.py  how sure it is, how much words count, and its sets
fusing.py     picture and words taken apart again, and the share of each
covering.py   conformal sets of a taught bundle
classes.py    a bundle with further classes
"""
