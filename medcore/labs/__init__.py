"""The question each page asks, as data."""
