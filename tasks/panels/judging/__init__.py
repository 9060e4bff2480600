"""The judge of splits: how likely what the rules would part is several panels, and none of them torn.

cuts.py     a cut between two parts, and what is known of it
places.py   what the network of places says of pieces and of their parts
splits.py   a split of a piece into parts, measured: what the judge looks at
judge.py    the trained judge
"""
