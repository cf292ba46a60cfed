"""Files for and from systems that take nothing else: payment lists out, bank results in."""
