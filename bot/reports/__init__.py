"""Reports for finance: a month as tables, as pictures and in one sentence."""
