"""Files that azure-ai-ml refuses for a reason, made up: one wrong thing each.

``▸`` in a text stands before what our message must point at; it is not part of the file. A text has none
where a key is missing at its top: that is told at the block in the stack, for the key may stand beside
``file:`` too.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = "▸"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A file of a kind (our word) with something wrong in it."""

    name: str
    kind: str
    marked: str

    @property
    def text(self) -> str:
        """What stands in the file."""
        return self.marked.replace(MARK, "")

    @property
    def place(self) -> tuple[int, int] | None:
        """Line and column, from 1, of what is wrong; None where nothing is marked."""
        before, mark, _ = self.marked.partition(MARK)
        return (before.count("\n") + 1, len(before) - before.rfind("\n")) if mark else None


_CLUSTER = "name: cpu\ntype: amlcompute\n"
_LAB = "name: lab-ana\ntype: computeinstance\n"
_BLOB = "name: raw\ntype: azure_blob\naccount_name: ststandin\ncontainer_name: raw\n"
_LAKE = "name: lake\ntype: azure_data_lake_gen2\naccount_name: ststandin\nfilesystem: events\n"
_IMAGE = "name: sklearn\nimage: python:3.10\n"
_TABLE = "name: churn\n"
_HUB = "name: mlw-wrong\n"

WRONG = (
    Wrong("a key that is none", "compute", f"{_CLUSTER}▸max_nodes: 4\n"),
    Wrong("words for a number", "compute", f"{_CLUSTER}max_instances: ▸many\n"),
    Wrong("no such kind of compute", "compute", "name: cpu\ntype: ▸amlcomputer\n"),
    Wrong("no such tier", "compute", f"{_CLUSTER}tier: ▸cheap\n"),
    Wrong("no such identity", "compute", f"{_CLUSTER}identity:\n  type: ▸managed\n"),
    Wrong("neither true nor false", "compute", f"{_CLUSTER}ssh_public_access_enabled: ▸perhaps\n"),
    Wrong("a list for a map", "compute", f"{_CLUSTER}tags: ▸[team]\n"),
    Wrong(
        "a cron without its expression",
        "compute",
        f"{_LAB}schedules:\n  compute_start_stop:\n    - action: stop\n      ▸trigger:\n        type: cron\n",
    ),
    Wrong(
        "no such frequency",
        "compute",
        f"{_LAB}schedules:\n  compute_start_stop:\n    - action: stop\n      trigger:\n"
        "        type: recurrence\n        frequency: ▸yearly\n        interval: 1\n",
    ),
    Wrong(
        "a port out of range",
        "compute",
        f"{_LAB}custom_applications:\n  - name: rstudio\n    image: {{reference: rocker/rstudio}}\n"
        "    endpoints:\n      - target: ▸80\n        published: 8787\n",
    ),
    Wrong("no such kind of datastore", "datastore", "name: raw\ntype: ▸azure_sql\naccount_name: ststandin\n"),
    Wrong(
        "a container that is not named",
        "datastore",
        "name: raw\ntype: azure_blob\naccount_name: ststandin\n",
    ),
    Wrong("a key of no credentials", "datastore", f"{_BLOB}credentials:\n  ▸password: not-a-secret\n"),
    Wrong(
        "an authority in two words",
        "datastore",
        f"{_LAKE}credentials:\n  tenant_id: t\n  client_id: c\n  client_secret: not-a-secret\n"
        "  authority_url: https://login.microsoftonline.com\n"
        "  authority_uri: ▸https://login.microsoftonline.com\n",
    ),
    Wrong("a conda file as an environment", "environment", "name: sklearn\n▸channels: [conda-forge]\n"),
    Wrong("a conda file that is not there", "environment", f"{_IMAGE}conda_file: ▸conda.yml\n"),
    Wrong("nothing to make it from", "environment", "name: sklearn\n"),
    Wrong("made from two things", "environment", f"{_IMAGE}▸build: {{path: .}}\n"),
    Wrong("a folder that is not there", "environment", "name: sklearn\nbuild:\n  path: ▸./context\n"),
    Wrong(
        "a route that is missing",
        "environment",
        f"{_IMAGE}▸inference_config:\n  liveness_route: {{port: 80, path: /}}\n"
        "  readiness_route: {port: 80, path: /}\n",
    ),
    Wrong("no such system", "environment", f"{_IMAGE}os_type: ▸macos\n"),
    Wrong("data that is nowhere", "data_asset", "name: churn\ntype: uri_file\n"),
    Wrong("a path in two words", "data_asset", f"{_TABLE}type: uri_folder\npath: .\nlocal_path: ▸./other\n"),
    Wrong("no such type of data", "data_asset", f"{_TABLE}type: ▸uri_table\npath: .\n"),
    Wrong("a folder for a file", "data_asset", f"{_TABLE}type: uri_file\npath: ▸.\n"),
    Wrong("a table that is none", "data_asset", f"{_TABLE}type: mltable\npath: ▸.\n"),
    Wrong("no such isolation", "workspace", f"{_HUB}managed_network:\n  isolation_mode: ▸open\n"),
    Wrong("a name for an id", "workspace", f"{_HUB}storage_account: ▸ststandin\n"),
    Wrong(
        "a key that is no address",
        "workspace",
        f"{_HUB}customer_managed_key:\n  key_vault: /subscriptions/x\n  key_uri: ▸keys/mine\n",
    ),
    Wrong("neither open nor closed", "workspace", f"{_HUB}public_network_access: ▸perhaps\n"),
    Wrong(
        "a rule that leads nowhere",
        "workspace",
        f"{_HUB}managed_network:\n  isolation_mode: allow_internet_outbound\n  outbound_rules:\n"
        "    - ▸name: docs\n      type: fqdn\n",
    ),
)
"""One file for each way to be wrong."""
