"""A finished network meets whole images and volumes: windows, spacing, variants, masks. Keras, on the worker's side."""
