"""Verification through Baidu."""
