"""The judge of splits: how likely what the rules would part is several panels, and none of them torn.

cuts.py     a cut between two parts, and what is known of it
splits.py   a split of a piece into parts, measured: what the judge looks at
judge.py    the trained judge
"""
