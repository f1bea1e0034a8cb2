"""How good a model is, with intervals: NumPy only, so that the web process can say it."""
