"""The actions, one module for each first tag."""
