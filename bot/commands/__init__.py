"""The command line by noun: each module has a few commands; each imports only what it needs."""
