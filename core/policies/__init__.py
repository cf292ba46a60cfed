"""The rules of a company on claims, by noun; `core.policy` applies them."""
