"""The CT simulator: images whose labels and masks are exact."""
