"""Providers: the seam (``api``) and how they are found (``registry``)."""
