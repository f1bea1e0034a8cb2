"""Components of ours: a Python face and a JavaScript file each."""
