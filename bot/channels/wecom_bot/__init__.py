"""WeCom's 智能机器人 over its long connection: files, words and clicks in, cards out."""

from bot.channels.wecom_bot.channel import WeComBotChannel

__all__ = ["WeComBotChannel"]
