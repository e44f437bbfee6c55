"""Typed functions as actions: define, describe, run and serve them."""
