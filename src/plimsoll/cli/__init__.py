"""The command line: one file per command group, each thin: read arguments, call a room below, show the answer."""
