"""Strict stand-ins for OA systems, built from the same public facts as the connectors."""
