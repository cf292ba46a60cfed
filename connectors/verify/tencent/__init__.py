"""Verification through Tencent Cloud."""
