"""The numbers that the rules for printed pages go by, in one place.

layout.py            distances, shares and counts by which text, captions and artwork are told apart
"""
