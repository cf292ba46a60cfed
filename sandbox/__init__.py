"""A local stand-in for both messengers with a two-phone page; knows only the wire."""
