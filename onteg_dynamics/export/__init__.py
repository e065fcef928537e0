"""The manifest in other notations. Pure functions: manifest in, text or data out."""
