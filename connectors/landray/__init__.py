"""蓝凌 (Landray) EKP, review processes of km-review (reference §4)."""
