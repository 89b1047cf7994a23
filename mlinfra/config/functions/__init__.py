"""The functions of expressions, over plain data, each bounded in what it makes: the same for the same stack.

Each has an example that a test evaluates and ``mlinfra explain`` may print. Arguments come in Terraform's
order. A function that cannot do with what it is given raises ValueError in plain words; it never quotes a
value, which may be a secret.
"""

from mlinfra.config.functions import (
    azure,
    collections,
    control,
    conversion,
    encoding,
    environments,
    files,
    hashing,
    network,
    numbers,
    patterns,
    text,
)
from mlinfra.config.functions.base import (
    FUNCTIONS,
    MAX_ITEMS,
    MAX_TEXT,
    Function,
    TooMuch,
    bounded,
    kind,
    number_text,
    scalar_text,
)

__all__ = [
    "FUNCTIONS",
    "MAX_ITEMS",
    "MAX_TEXT",
    "Function",
    "TooMuch",
    "azure",
    "bounded",
    "collections",
    "control",
    "conversion",
    "encoding",
    "environments",
    "files",
    "hashing",
    "kind",
    "network",
    "number_text",
    "numbers",
    "patterns",
    "scalar_text",
    "text",
]
