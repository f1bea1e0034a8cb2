"""Where a finished network looks, and what its layers make of an image."""
