"""A finished network meets an image of a person's own."""
