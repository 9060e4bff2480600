"""The judge of pieces: which of all that a figure can be cut into are its panels?

proposals.py     the ways that a piece might be parted
separations.py   where the network of places would part it
graph.py         all pieces of a figure, each with its ways
survey.py        sums over a figure's pixels, so that any piece of it is measured fast
contents.py      what is in a piece
surroundings.py  where it stands, and beside which others
features.py      all that the judge looks at
judge.py         the trained judge: one panel, or nobody's?
choice.py        choices of pieces that promise much
ranking.py       a choice measured as a whole
decision.py      the choice that is made
leftovers.py     what of it is no panel after all
"""
