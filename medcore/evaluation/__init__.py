"""How good a model is, with intervals: NumPy and scikit-learn only."""
