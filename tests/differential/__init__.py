"""The differential test: scripts run in Python and compiled, and both must mean the same."""
