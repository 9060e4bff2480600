"""Pictures that an instrument takes, built of noise, lumps and branching lines.

plane.py      what all share: textures, soft shapes, trees of vessels, marks printed on a picture
organs.py     what slices share: bones, vertebrae, ventricles, lesions
slices.py     slices by computed tomography
resonance.py  slices by magnetic resonance
vessels.py    angiograms
electrons.py  scanning electron micrographs
echoes.py     ultrasound
"""
