"""Builds the parts of the service from its settings; `bot.app` joins them."""
