"""Benchmarks: each figure beside a peer or a physical limit that the same run measured."""
