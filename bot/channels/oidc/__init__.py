"""A company's own identity provider (OpenID Connect) as a way into the pages."""
