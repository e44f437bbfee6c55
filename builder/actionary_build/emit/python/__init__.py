"""Target `python`: a client package for the HTTP actions.

The client's runtime is real source, `runtime`, and is copied out as it is.
`schemas`, `generate` and `models` make the types, `calls` the methods; the
templates hold only tables of them.
"""
