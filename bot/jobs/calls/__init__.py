"""What connected systems can be made to do: one row a call, by the name that notices carry."""

from collections.abc import Mapping

from bot.jobs.calls import approval, events, todo
from bot.jobs.calls.desk import Call
from core.subscriptions import SEND

CALLS: Mapping[str, Call] = {
    "approval.start": Call(approval.start, creates=True),
    "approval.cancel": Call(approval.cancel),
    "approval.query": Call(approval.query),
    "todo.sync": Call(todo.sync),
    "approval.hint": Call(approval.take_hint),
    SEND: Call(events.send),
}
"""A connector with another role has its calls in a file of their own here, and a row each."""
