"""DingTalk: frames and clicks in, messages and cards out, over its Stream mode and its API."""

from bot.channels.dingtalk.channel import DingTalkChannel

__all__ = ["DingTalkChannel"]
