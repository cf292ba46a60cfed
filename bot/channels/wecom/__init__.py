"""WeCom's self-built application: encrypted callbacks in, messages and template cards out."""

from bot.channels.wecom.channel import WeComChannel

__all__ = ["WeComChannel"]
