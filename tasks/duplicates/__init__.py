"""The same picture in several rows, cut, scaled or encoded anew: one group for each.

signatures.py       what is kept of a picture to know it again: grey values and codes of windows
signature_files.py  signatures at rest, one file for each part
candidates.py       which pictures may be the same: neighbours in sorted lists of codes
matching.py         whether one is the other: laid over it and compared place by place
unions.py           sets that are united pair by pair
groups.py           the groups of a dataset, brought up to date part by part
"""
