"""Experiments to take home: a script and a notebook that need no Medcore, and the images they train on."""
