"""Every kind that can be drawn, by name."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from benchmarks.render import others, tickets, vat
from benchmarks.render.chance import Chance
from benchmarks.render.paper import Paper
from benchmarks.render.vat import Truth

Drawer = Callable[[Chance, str], tuple[Paper, Truth]]

_DRAWERS: dict[str, tuple[str, Drawer]] = {
    "vat_special": ("vat_special", vat.paper_vat),
    "vat_general": ("vat_general", vat.paper_vat),
    "vat_special_e": ("vat_special_e", vat.electronic_vat),
    "vat_general_e": ("vat_general_e", vat.electronic_vat),
    "vat_roll": ("vat_roll", vat.roll_vat),
    "digital_special": ("digital_special", vat.digital_vat),
    "digital_general": ("digital_general", vat.digital_vat),
    "toll_e": ("toll", vat.electronic_vat),
    "rail_e": ("rail_e", tickets.rail_e),
    "rail_paper": ("rail_paper", tickets.rail_paper),
    "air_itinerary": ("air_itinerary", tickets.air),
    "taxi": ("taxi", tickets.taxi),
    "quota": ("quota", tickets.quota),
    "machine_printed": ("machine_printed", tickets.machine_printed),
    "toll": ("toll", tickets.toll_paper),
    "ride_itinerary": ("ride_itinerary", tickets.ride_itinerary),
    "bus": ("bus", tickets.bus),
    "vehicle": ("vehicle", others.vehicle),
    "used_vehicle": ("used_vehicle", others.used_vehicle),
    "fiscal": ("fiscal", others.fiscal),
    "overseas": ("overseas", others.overseas),
}
KINDS = tuple(_DRAWERS)
NOT_VOUCHERS = (
    "menu", "chat", "contract", "bank", "express", "payment", "card", "order", "blank",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawn paper and what is printed on it, by the field names of contract §6."""

    name: str
    image: Image.Image
    truth: Truth


def draw(name: str, seed: object) -> Sheet:
    """Draw one voucher, or what is none; the same seed gives the same paper."""
    chance = Chance(f"{name}-{seed}")
    kind, drawer = _DRAWERS.get(name, (name, others.no_voucher))
    paper, truth = drawer(chance, kind)
    return Sheet(name, paper.image, truth)
