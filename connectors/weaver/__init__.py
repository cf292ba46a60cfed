"""泛微 e-cology 9: processes that decide claims, to-dos in its own list."""
