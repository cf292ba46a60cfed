"""One room per outside system, the same files in each."""
