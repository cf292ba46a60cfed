"""Odoo 19 and later: journal entries by its JSON-2 API."""
