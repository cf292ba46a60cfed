"""What connected systems can be made to do: one row a call, by the name that notices carry."""

from collections.abc import Mapping

from bot.jobs.calls import approval, centre, documents, events, todo, vouchers
from bot.jobs.calls.desk import Call
from core.subscriptions import POST_VOUCHER, SEND, SYNC_CENTRE

CALLS: Mapping[str, Call] = {
    "approval.start": Call(approval.start, creates=True),
    "approval.cancel": Call(approval.cancel),
    "approval.query": Call(approval.query),
    "todo.sync": Call(todo.sync),
    SYNC_CENTRE: Call(centre.sync, creates=True),
    "approval.hint": Call(approval.take_hint),
    "claims.push": Call(documents.push, creates=True),
    "claims.take_back": Call(documents.take_back),
    "payment.report": Call(documents.report),
    SEND: Call(events.send),
    POST_VOUCHER: Call(vouchers.post, creates=True),
}
"""A connector with another role has its calls in a file of their own here, and a row each."""
