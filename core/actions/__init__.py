"""Use cases: read, decide, answer with a Change."""
