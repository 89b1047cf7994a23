"""The functions of expressions: pure, over plain data, each bounded in what it makes.

Each has an example that a test evaluates and ``mlinfra explain`` may print. Arguments come in Terraform's
order. A function that cannot do with what it is given raises ValueError in plain words; it never quotes a
value, which may be a secret.
"""

from mlinfra.config.functions import collections, conversion, numbers, text
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
    "bounded",
    "collections",
    "conversion",
    "kind",
    "number_text",
    "numbers",
    "scalar_text",
    "text",
]
