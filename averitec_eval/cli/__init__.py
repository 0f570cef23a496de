"""The command line: one module per command, and the only part that knows a terminal."""
