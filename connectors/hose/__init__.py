"""合思 (Ekuaibao): documents that are approved there, budgets, payment results, vouchers."""
