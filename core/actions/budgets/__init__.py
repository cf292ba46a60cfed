"""Use cases of budgets: asking for a change, deciding, closing, letting go of forgotten holds."""
