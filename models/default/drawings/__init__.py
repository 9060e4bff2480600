"""Panels that the project draws itself, for classes of which few free images are published."""
