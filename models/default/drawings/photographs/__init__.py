"""Photographs of patients, organs and things, built of noise, lumps and light.

light.py      what all share: colours, rounded things, light upon them, a camera's faults
specimens.py  organs, tumours and stained slices on a ground
bodies.py     eyes, mouths, faces, operations
surfaces.py   skin and mucosa
growths.py    dishes of colonies, wells, spots of a dilution
things.py     plants, landscapes, animals, instruments
"""
