"""AZ-ENV-001: images that may be others tomorrow."""

from __future__ import annotations

from typing import Any

from mlinfra.model.policy import Level
from mlinfra.policy.api import About, Settings
from mlinfra.policy.values import Look, ValueRule
from mlinfra.providers.azure.types.environment_image import is_floating


def _floats(image: Any, _: Settings) -> bool:
    return isinstance(image, str) and is_floating(image)


rule = ValueRule(
    "AZ-ENV-001",
    "floating images",
    About(
        why="The next build may start from another image: results change, and nobody changed anything.",
        mend="Write a dated tag, or the digest (`name@sha256:…`). The plan warns of it as MLI-ENV-004; here "
        "it can be made an error.",
        level=Level.INFO,
        sources=("azure docs, concept-environments: images are cached by what they are made of",),
    ),
    (Look("environment", ("image",), _floats, "is made from an image whose tag moves"),),
)
