"""WeCom's own approvals: applications that decide claims."""
