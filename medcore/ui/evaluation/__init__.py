"""How good a network is: the panel of every classification lab."""
