"""What a network looks at, and what it makes of an image: Keras, on the worker's side."""
