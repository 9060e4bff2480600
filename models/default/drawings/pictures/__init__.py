"""Pictures that an instrument takes, built of noise, lumps and branching lines.

plane.py      what all share: textures, soft shapes, trees of vessels, marks printed on a picture
slices.py     slices of computed tomography and of magnetic resonance
vessels.py    angiograms
sections.py   light micrographs
electrons.py  electron micrographs
echoes.py     ultrasound
"""
