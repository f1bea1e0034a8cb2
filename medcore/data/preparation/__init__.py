"""What happens to an image before a network sees it: the recipe, and one file a kind of step."""
