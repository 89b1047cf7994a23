"""Strings of users and services made safe to print.

A terminal obeys what is in a text: an escape sequence in a tag could repaint a plan, a bidirectional control
could show a line in another order than it has. Whatever is not printable is shown as its escape instead.
"""

from __future__ import annotations

from mlinfra.model.address import Address

_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_KEPT = {"\u3000"}
"""Not printable for Python, harmless, and common in Japanese and Chinese text: the wide space."""


def visible(text: str) -> str:
    """``text`` on one line, with control, format, bidirectional and unassigned characters as escapes.

    Everything that Python calls not printable goes: escape sequences, line separators, zero-width signs,
    the no-break space (which looks like a space and is none), lone surrogates (which no stream can encode).
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in _KEPT else _escaped(char) for char in text)


def visible_lines(text: str) -> list[str]:
    """The lines of ``text``, each safe; a carriage return before the line's end stays visible as ``\\r``."""
    return [visible(line) for line in text.split("\n")]


def shown(address: Address | str) -> str:
    """An address; an instance's key may hold anything."""
    return visible(str(address))


def _escaped(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
