"""One module per command: `configure(parser)` and `run(options) -> exit status`."""
