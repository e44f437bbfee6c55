"""Everything that writes: reading a project, building its output, the command line."""
