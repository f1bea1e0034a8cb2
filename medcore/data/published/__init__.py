"""Published data sets, downloaded on a click."""
