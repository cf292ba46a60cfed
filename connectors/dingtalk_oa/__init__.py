"""DingTalk's own approvals: processes that decide claims, and its list of to-dos."""
