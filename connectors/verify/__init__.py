"""Tax-bureau verification through third parties: one internal request, one room a provider."""
