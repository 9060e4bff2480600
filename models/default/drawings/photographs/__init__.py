"""Photographs of organs and patients, built of noise, lumps and light.

light.py      what all share: colours, rounded things, light upon them, a camera's faults
specimens.py  organs, tumours and stained slices on a ground
bodies.py     eyes, mouths, faces, operations
"""
