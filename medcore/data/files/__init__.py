"""Data sets found in files and folders, whoever made them."""
