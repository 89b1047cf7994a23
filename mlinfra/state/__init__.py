"""State: the seam to where it is kept (``api``), its manager, its journal, and the local store."""
