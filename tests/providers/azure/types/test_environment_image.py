"""What an image depends on, and what in it may move."""

from __future__ import annotations

import pytest

from mlinfra.providers.azure.types.environment_image import (
    cached_as,
    image_hash,
    is_floating,
    remarks,
    unpinned,
)

CONDA = {"channels": ["conda-forge"], "dependencies": ["python=3.10", {"pip": ["numpy"]}]}
ENVIRONMENT = {"name": "sklearn", "version": "1", "image": "x.io/base:20240709", "conda_file": CONDA}


@pytest.mark.parametrize(
    "other",
    [
        {"name": "other"},
        {"version": "2"},
        {"description": "d", "tags": {"a": "b"}},
        {"conda_file": {"name": "called", **CONDA}},
    ],
)
def test_name_version_and_words_take_no_part(other: dict[str, object]) -> None:
    assert image_hash({**ENVIRONMENT, **other}) == image_hash(ENVIRONMENT)


@pytest.mark.parametrize(
    "other",
    [
        {"image": "x.io/base:20240710"},
        {"build": {"path": "3f9a2c"}},
        {"conda_file": {**CONDA, "channels": ["defaults"]}},
        {"conda_file": {**CONDA, "dependencies": [{"pip": ["numpy"]}, "python=3.10"]}},
    ],
)
def test_each_ingredient_and_the_order_of_packages_do(other: dict[str, object]) -> None:
    assert image_hash({**ENVIRONMENT, **other}) != image_hash(ENVIRONMENT)


def test_an_image_with_the_same_ingredients_is_cached() -> None:
    again = {**ENVIRONMENT, "name": "again"}
    assert cached_as(again, [ENVIRONMENT]) == (
        f"image: cached, as sklearn:1 (hash {image_hash(ENVIRONMENT)})"
    )
    assert cached_as({**again, "image": "y"}, [ENVIRONMENT]).startswith("image: will be built")


def test_packages_without_an_exact_version_are_told() -> None:
    pip = ["numpy", "pandas==2.2.2", "torch>=2", "-r more.txt", "git+https://x/y.git", "a @ https://x/a.whl"]
    conda = {"dependencies": ["python=3.8", "pip", "scipy>=1.0", "cuda==12.1", {"pip": pip}]}
    assert list(unpinned(conda)) == [
        ("pip", (1,)),
        ("scipy>=1.0", (2,)),
        ("numpy", (4, "pip", 0)),
        ("torch>=2", (4, "pip", 2)),
    ]
    assert list(unpinned(None)) == []


@pytest.mark.parametrize(
    ("image", "floating"),
    [
        ("mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04", True),
        ("mcr.microsoft.com/azureml/base:latest", True),
        ("localhost:5000/base", True),
        ("mcr.microsoft.com/azureml/base:20240709.v1", False),
        ("mcr.microsoft.com/azureml/base@sha256:00", False),
    ],
)
def test_tags_that_move(image: str, floating: bool) -> None:
    assert is_floating(image) is floating


def test_one_remark_for_all_packages_and_one_for_the_image() -> None:
    found = list(remarks({"image": "base", "conda_file": CONDA}))
    assert [(r.code, r.path) for r in found] == [
        ("MLI-ENV-003", ("conda_file", "dependencies", 1, "pip", 0)),
        ("MLI-ENV-004", ("image",)),
    ]
