"""What a reading of a whole set tells: facts, duplicates, statistics, and its images for looking."""
