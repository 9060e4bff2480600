"""Photographs of skin, mucosa and things, built of noise, lumps and light.

light.py     what all share: colours, rounded things, light upon them, a camera's faults
surfaces.py  skin and mucosa
growths.py   dishes of colonies, wells, spots of a dilution
things.py    plants, landscapes, animals, instruments
"""
