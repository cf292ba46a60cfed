"""Vouchers drawn and photographed by chance and a seed: every kind, what is printed, no real data.

They share nothing with the samples and nothing with the package that reads them.
"""

from benchmarks.render.camera import LEVELS, photograph
from benchmarks.render.catalogue import KINDS, NOT_VOUCHERS, Sheet, draw

__all__ = ["KINDS", "LEVELS", "NOT_VOUCHERS", "Sheet", "draw", "photograph"]
