"""What people type, read into commands and expenses; what is doubtful is asked."""

from core.phrases.message import Understood, answer_message, parse_message

__all__ = ["Understood", "answer_message", "parse_message"]
