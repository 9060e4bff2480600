"""Pictures that a computer renders of things in space: shaded faces, near ones over far ones.

scene.py      faces, tubes, ribbons and balls seen from a side, lit and drawn from far to near
proteins.py   ribbons, tubes and surfaces of proteins, helices of nucleic acids
bodies.py     organs, brains with coloured patches, blobs in a box
meshes.py     meshes of finite elements under a rainbow
"""
