"""A compound figure cut into its panels, and the letter and the part of the caption that belong to each.

separation.py       the panels of a figure: begin here
partition.py        all pieces of a figure, and those that the judge takes for its panels
judging/            the pieces of a figure and their judge: which of them are its panels?
rules.py            where the rules would cut: gutters, then gaps with print across them, then seams of images
cutting.py          the order of cuts: gutters, then where only print bridges them, then seams
gutters.py          gutters: runs of background between panels
seams.py            seams: images side by side, a line of a few pixels or nothing between them
pieces.py           what a piece between gutters is: image, plot, line art or mere text
companions.py       what belongs to a panel across a gutter: a heat map's tree, a plot's histograms
placements.py       what the PDF knows before pixels are looked at: placed pictures, text lines, paths
glyphs.py           lone marks of print in the pixels that may be panel letters
letters.py          printed panel letters, read from pixels: which stands where
letter_binding.py   each letter bound to its panel
markers.py          how a caption names its panels: `(A)`, `a,`, `(a–c)`, `(ii)`
sides.py            how a caption names them by where they stand: `Left:`, `(right)`
subcaptions.py      the caption cut at its markers
"""
