"""Verification through Alibaba Cloud."""
