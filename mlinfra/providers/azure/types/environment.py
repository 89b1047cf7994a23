"""``environment``: a version of Microsoft.MachineLearningServices/workspaces/environments, as az ml's YAML.

Either an image, with or without conda packages, or a folder with a Dockerfile that is uploaded and built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from mlinfra.model.value import Attrs
from mlinfra.providers.api import Remark
from mlinfra.providers.azure.types import environment_image
from mlinfra.providers.azure.types.asset import FIXED, WORDS, Asset, common_rows, is_local
from mlinfra.providers.azure.types.ml_words import refused
from mlinfra.providers.azure.types.schema import Property, choice, computed, integer, text

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection

_CONDA_HINT = "It is no environment but a conda file: write it beside this one, and name it as conda_file."
_OS = ("Linux", "Windows")


def _dump(conda: Any) -> Any:
    """The text of a conda file with its keys sorted: its order of keys builds no new image (S, D)."""
    if not isinstance(conda, Mapping):
        return conda
    return yaml.safe_dump(dict(conda), sort_keys=True, default_flow_style=False)


def _load(text_: Any) -> Any:
    """The mapping in the text that the service answers (JSON, in most cases), without the name that it makes
    up itself; None where it is empty (R)."""
    if not isinstance(text_, str) or not text_.strip():
        return None
    try:
        found = yaml.safe_load(text_)
    except (yaml.YAMLError, RecursionError):
        return {"$text": text_}
    return {key: value for key, value in found.items() if key != "name"} if isinstance(found, dict) else None


def _route(name: str, arm: str, what: str) -> Property:
    return Property(
        name,
        arm,
        {"description": what},
        "S:_schema.assets.environment (all three are required)",
        required=True,
        fields=(
            Property(
                "port",
                "port",
                integer(minimum=1, maximum=65535, description="The port in the container."),
                "P",
                required=True,
            ),
            Property(
                "path",
                "path",
                text(minLength=1, description="The path on that port, such as /ready."),
                "P",
                required=True,
            ),
        ),
    )


_ROWS = (
    *common_rows("environment", "environment"),
    Property(
        "image",
        "properties.image",
        text(
            minLength=1,
            description="The base image, with its tag. An environment has either this or `build`.",
            x_content=True,
            x_hint="For packages of your own beside it, write conda_file too.",
        ),
        FIXED,
        create_only=True,
    ),
    Property(
        "conda_file",
        "properties.condaFile",
        {
            "type": "object",
            "description": "Packages on top of the image: the path of a conda file, or its content.",
            "properties": {
                "name": {
                    "type": "string",
                    "description": "A name for people; the service makes up its own.",
                    "x-content": False,
                    "x-write-only": True,
                    "x-source": "R:mlv2 test_environment (answered as azureml_…)",
                }
            },
            "x-path": "yaml",
            "x-content": True,
        },
        FIXED,
        write=_dump,
        read=_load,
        create_only=True,
    ),
    Property(
        "build",
        "properties.build",
        {
            "description": "A folder with a Dockerfile. An environment has either this or `image`.",
            "x-content": True,
        },
        FIXED,
        create_only=True,
        fields=(
            Property(
                "path",
                "contextUri",
                text(
                    minLength=1,
                    description="The folder, or the address of one that was uploaded.",
                    x_path="upload",
                    x_path_is="folder",
                ),
                FIXED,
                required=True,
            ),
            Property(
                "dockerfile_path",
                "dockerfilePath",
                text(
                    minLength=1,
                    description="The Dockerfile within the folder; left out: Dockerfile.",
                ),
                FIXED,
            ),
        ),
    ),
    Property(
        "os_type",
        "properties.osType",
        choice(
            *_OS,
            description="The system in the image; left out: Linux.",
            x_content=True,
            x_case_insensitive=True,
        ),
        FIXED,
        create_only=True,
    ),
    Property(
        "inference_config",
        "properties.inferenceConfig",
        {"description": "Where a server in the image answers.", "x-content": True},
        FIXED,
        create_only=True,
        fields=(
            _route("liveness_route", "livenessRoute", "Whether the server lives."),
            _route("readiness_route", "readinessRoute", "Whether the server is ready."),
            _route("scoring_route", "scoringRoute", "Where requests go."),
        ),
    ),
    refused("channels", _CONDA_HINT, "S:_schema.assets.environment"),
    refused("dependencies", _CONDA_HINT, "S:_schema.assets.environment"),
    refused(
        "environment_variables",
        "Azure ML keeps none in an environment: set them in the Dockerfile (ENV), in the conda file "
        "(variables:), or where a job or deployment uses the environment.",
        "S:_schema.assets.environment (no such key)",
    ),
    Property(
        "provisioning_state",
        "properties.provisioningState",
        computed(description="How its last change went."),
        "P",
    ),
)


class Environment(Asset):
    """A version of an environment."""

    name = "environment"
    noun = "environment"
    kind = "environments"
    resource_type = "Microsoft.MachineLearningServices/workspaces/environments/versions"
    properties = _ROWS
    read_only = ("properties.environmentType",)
    words: Mapping[str, Any] = {
        **WORDS,
        "title": "environment",
        "description": "Software that jobs and deployments run in: an image with packages, or a Dockerfile.",
        "anyOf": [{"required": ["image"]}, {"required": ["build"]}],
        "not": {"required": ["image", "build"]},
        "x-example": {
            "name": "sklearn",
            "version": "1",
            "image": "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04:20240709.v1",
            "conda_file": {
                "channels": ["conda-forge"],
                "dependencies": ["python=3.10.14", "pip=24.0", {"pip": ["scikit-learn==1.5.1"]}],
            },
            "description": "Python with scikit-learn",
        },
    }

    def normalize(self, attrs: Attrs) -> Attrs:
        """As every asset; the system in one spelling."""
        normal = super().normalize(attrs)
        os_type = normal.get("os_type")
        if isinstance(os_type, str):
            normal["os_type"] = next((word for word in _OS if word.lower() == os_type.lower()), os_type)
        return normal

    def remarks(self, attrs: Attrs) -> Iterable[Remark]:
        """On packages and images that may be other ones the next time."""
        return environment_image.remarks(attrs)

    def notes(self, attrs: Attrs, recorded: Sequence[Attrs]) -> Iterable[str]:
        """Whether the image has to be built."""
        return [environment_image.cached_as(attrs, recorded)]

    def uploaded(self, conn: AzureConnection, id: str, desired: Attrs) -> Attrs:
        """With the address of the uploaded folder in place of a local one. Raises ProviderError."""
        build = desired.get("build")
        if not isinstance(build, Mapping) or not is_local(build.get("path")):
            return desired
        from mlinfra.providers.azure.uploads import upload

        place = self.id_attributes(id)
        target = self.normalize(desired).get("datastore")
        path = Path(build["path"])
        found = upload(
            conn, place["workspace"], target, path, name=place["name"], version=place["version"],
            expected="folder", key=("build", "path"),
        )  # fmt: skip
        return {**desired, "build": {**build, "path": f"{found.url}/"}}
