"""REST API, hooks and probes."""
