"""`clients/typescript/`: a typed client package without dependencies; it is not served.

Its runtime is ordinary source in ``runtime/``, copied out as it is. What is
written here is tables: types, calls, codes, and the README. `emitter` is what a build calls,
`package_files` writes.
"""
