"""What the data explorer shows: sets, their preparation, and images of a person's own."""
