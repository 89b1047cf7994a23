"""What an environment's image depends on, and what in it may be another thing tomorrow.

The service keeps an image for each hash of base image, Docker steps and packages of the conda definition
(and Spark's, which az ml's files cannot hold); name and version take no part. An unpinned package stays at
the version that it had when the image was built (D:concept-environments). Its hash is in no answer (R), so
this one is our own: equal here means equal there, as far as the documentation goes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlinfra.model.value import Attrs, Path, canonical
from mlinfra.providers.api import Remark

_PIP_OPTION = re.compile(r"^\s*(-|$)")
_PIP_FIXED = re.compile(r"===?|\s@\s|^[a-z+]+://|^\.{0,2}/")
_FLOATING = ("latest", "stable", "main", "master", "edge", "nightly")


def image_hash(attrs: Attrs) -> str:
    """The start of a hash of the four ingredients. The order of packages counts, as it does there."""
    conda = attrs.get("conda_file")
    conda = conda if isinstance(conda, Mapping) else {}
    ingredients = [
        attrs.get("image"),
        attrs.get("build"),
        [conda.get("channels"), conda.get("dependencies")],
        None,
    ]
    return hashlib.sha256(canonical(ingredients)).hexdigest()[:12]


def cached_as(attrs: Attrs, recorded: Sequence[Attrs]) -> str:
    """``cached, as NAME:VERSION`` where a recorded environment has the same image, else what will be."""
    wanted = image_hash(attrs)
    for other in recorded:
        if image_hash(other) == wanted:
            return f"image: cached, as {other.get('name')}:{other.get('version')} (hash {wanted})"
    return f"image: will be built (hash {wanted}, which nothing recorded here has)"


def remarks(attrs: Attrs) -> Iterator[Remark]:
    """One remark on all packages that are not pinned, one on an image whose tag moves."""
    loose = list(unpinned(attrs.get("conda_file")))
    if loose:
        names = [name for name, _ in loose]
        yield Remark(
            "MLI-ENV-003",
            f"{', '.join(names)} {'are' if len(names) > 1 else 'is'} not pinned",
            "The image keeps the version it is built with; the next build may get another. Write "
            "numpy=1.26.4 (conda) or numpy==1.26.4 (pip).",
            ("conda_file", "dependencies", *loose[0][1]),
        )
    image = attrs.get("image")
    if isinstance(image, str) and is_floating(image):
        yield Remark(
            "MLI-ENV-004",
            f"the tag of {image} moves",
            "Another build may start from another image. Write a dated tag, or the digest (name@sha256:…).",
            ("image",),
        )


def unpinned(conda: Any) -> Iterator[tuple[str, Path]]:
    """The packages of a conda definition without an exact version, as they are written, each with where it
    stands among the dependencies.
    """
    dependencies = conda.get("dependencies") if isinstance(conda, Mapping) else None
    for place, item in enumerate(dependencies if isinstance(dependencies, list) else ()):
        if isinstance(item, str) and not re.search(r"(?<![<>!~])=", item):
            yield item, (place,)
        pip = item.get("pip") if isinstance(item, Mapping) else None
        for number, package in enumerate(pip if isinstance(pip, list) else ()):
            text = str(package)
            if not _PIP_OPTION.match(text) and not _PIP_FIXED.search(text):
                yield text, (place, "pip", number)


def is_floating(image: str) -> bool:
    """Whether the tag may be moved to another image: none at all, or one that says so."""
    if "@sha256:" in image:
        return False
    name, colon, tag = image.rpartition(":")
    return not colon or "/" in tag or tag.lower() in _FLOATING or not name
