"""The servers from which DingTalk's own links may fetch files."""

import re

FILE_HOSTS = re.compile(
    r"(?:[a-z0-9-]+\.)*dingtalk\.(?:com|io)"
    r"|(?:[a-z0-9-]+\.)*[a-z0-9-]+\.oss-[a-z0-9-]+\.aliyuncs\.com"
)
"""DingTalk's hosts and buckets of the object storage behind them.

No document lists them; a link elsewhere is refused and shows up in the log as `address_refused`.
"""
