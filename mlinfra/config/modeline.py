"""The line in which a YAML file says by which JSON Schema editors should read it.

``# yaml-language-server: $schema=PATH``, as the YAML language server has it: a comment, the path relative to
the file and without blanks.
"""

from __future__ import annotations

import re
from collections.abc import Container

_LINE = re.compile(r"^#[ \t]*yaml-language-server[ \t]*:[^\r\n]*?\$schema=([^\s]+)[^\r\n]*", re.MULTILINE)
_BOM = "\ufeff"


def with_modeline(text: str, schema: str, ours: Container[str]) -> str | None:
    """The text with a line that names ``schema``: put first where there is none, renewed where it names a
    file of one of ``our`` names. None where it names another schema.

    A byte order mark stays first, line endings stay as they are, and so does everything else.
    """
    line = f"# yaml-language-server: $schema={schema}"
    body = text.removeprefix(_BOM)
    mark = text[: len(text) - len(body)]
    found = _LINE.search(body)
    if found is None:
        ending = "\r\n" if body.partition("\n")[0].endswith("\r") else "\n"
        return f"{mark}{line}{ending}{body}"
    if found[1].rpartition("/")[2] not in ours:
        return None
    return text if found[1] == schema else mark + body[: found.start()] + line + body[found.end() :]
