"""The nouns. Nothing here imports another room, does I/O or decides anything."""
