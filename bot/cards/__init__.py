"""Cards: a view of a claim for one reader, drawn by one pure function per messenger."""
