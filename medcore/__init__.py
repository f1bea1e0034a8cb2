"""Medcore: learn deep learning on medical images by doing it."""

__version__ = "0.1.0"
