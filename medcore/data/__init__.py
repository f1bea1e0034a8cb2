"""Labelled image sets: sources, splitting, checks."""
