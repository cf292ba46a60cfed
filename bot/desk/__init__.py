"""What operators do from the command line, beside the running service."""
