"""Events told to systems that want to know: once each, those of a claim in their order."""

from bot.jobs.calls.desk import Outlet
from core.notices import CallSystem
from core.outside import EventPort
from core.subscriptions import read_order


async def send(outlet: Outlet, order: CallSystem, _: str) -> None:
    """Send the event that an order carries; its key is the receiver's proof of repetition."""
    if not isinstance(outlet.system, EventPort):
        raise outlet.lacks("event")
    told = read_order(order)
    await outlet.system.send(told.name, order.key, order.subject, told.at, told.data)
