"""致远 (Seeyon) A8/V5, collaboration with CAP3 forms (reference §3)."""
