"""What to train of a network that learned elsewhere, and what another hospital does to it."""
