"""Initiatives of agencies (R7): recorded by an agency, published by the organisers, the best of a year marked."""
