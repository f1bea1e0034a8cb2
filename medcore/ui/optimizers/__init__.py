"""What the optimizer comparison shows: surfaces, and real networks."""
