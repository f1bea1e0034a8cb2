"""Pure functions: tidy frame in, Plotly figure out."""
