"""Files of every kind that together have every key which azure-ai-ml and we take. Each is made up."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.azml import standins

IDENTITY = standins.IDENTITY
SUBNET = f"{standins.GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/jobs"
GUID = "00000000-1111-0000-0000-000000000001"

_BLOB = "name: raw\ntype: azure_blob\naccount_name: ststandin\ncontainer_name: raw\n"
_LAKE = "name: lake\ntype: azure_data_lake_gen2\naccount_name: ststandin\nfilesystem: events\n"
_PRINCIPAL = f"""\
credentials:
  tenant_id: {GUID}
  client_id: {GUID}
  client_secret: not-a-secret
"""
_CERTIFICATE = f"""\
credentials:
  tenant_id: {GUID}
  client_id: {GUID}
  certificate: not-a-certificate
  thumbprint: 0A1B
  authority_url: https://login.microsoftonline.us
  resource_url: https://storage.azure.com/
"""

WORKSPACES = {
    "every key": f"""\
$schema: https://azuremlschemas.azureedge.net/latest/workspace.schema.json
name: mlw-whole
location: eastus
resource_group: {standins.GROUP_NAME}
display_name: Whole
description: with every key
tags: {{team: churn}}
hbi_workspace: true
storage_account: {standins.STORAGE}
key_vault: {standins.VAULT}
application_insights: {standins.INSIGHTS}
container_registry: {standins.REGISTRY}
customer_managed_key:
  key_vault: {standins.VAULT}
  key_uri: https://kv-standin.vault.azure.net/keys/mine/0a1b
image_build_compute: cpu
public_network_access: Disabled
identity:
  type: user_assigned
  user_assigned_identities:
    {IDENTITY}: {{}}
primary_user_assigned_identity: {IDENTITY}
managed_network:
  isolation_mode: allow_only_approved_outbound
  outbound_rules:
    - name: docs
      type: fqdn
      destination: learn.example.com
    - name: factory
      type: service_tag
      destination: {{service_tag: DataFactory, protocol: TCP, port_ranges: "80, 8080-8089"}}
    - name: store
      type: private_endpoint
      destination:
        service_resource_id: {standins.STORAGE}
        subresource_target: blob
        spark_enabled: true
serverless_compute: {{custom_subnet: {SUBNET}, no_public_ip: true}}
enable_data_isolation: true
""",
    "its words in Pascal case": """\
name: mlw-pascal
public_network_access: disabled
identity: {type: SystemAssigned}
managed_network: {isolation_mode: AllowInternetOutbound}
""",
    "both identities": f"""\
name: mlw-both
identity:
  type: SystemAssigned,UserAssigned
  user_assigned_identities: {{{IDENTITY}: {{}}}}
""",
    "no subnet in az ml's word": "name: mlw-none\nserverless_compute: {custom_subnet: None}\n",
}

COMPUTES = {
    "every key of a cluster": f"""\
$schema: https://azuremlschemas.azureedge.net/latest/amlCompute.schema.json
name: cpu-whole
type: AmlCompute
location: westus
description: with every key
tags: {{team: churn}}
size: Standard_DS12_v2
tier: low_priority
min_instances: 1
max_instances: 3
idle_time_before_scale_down: 100
ssh_public_access_enabled: true
ssh_settings: {{admin_username: ana, admin_password: not-A-passw0rd, ssh_key_value: ssh-rsa AAAA}}
network_settings: {{vnet_name: vnet, subnet: jobs}}
identity:
  type: user_assigned
  user_assigned_identities:
    - resource_id: {IDENTITY}
enable_node_public_ip: false
""",
    "a cluster that is nobody": "name: cpu-nobody\ntype: amlcompute\nidentity: {type: none}\n",
    "a closed cluster": f"""\
name: cpu-closed
type: amlcompute
tier: Dedicated
ssh_public_access_enabled: false
network_settings: {{subnet: {SUBNET}}}
identity: {{type: SystemAssigned}}
""",
    "every key of an instance": f"""\
$schema: https://azuremlschemas.azureedge.net/latest/computeInstance.schema.json
name: lab-whole
type: computeinstance
description: with every key
tags: {{team: churn}}
size: STANDARD_DS3_V2
network_settings: {{vnet_name: vnet, subnet: jobs}}
create_on_behalf_of: {{user_tenant_id: {GUID}, user_object_id: {GUID}}}
ssh_public_access_enabled: true
ssh_settings: {{ssh_key_value: ssh-rsa AAAA}}
schedules:
  compute_start_stop:
    - action: Start
      state: disabled
      trigger:
        type: recurrence
        start_time: "2030-01-01T08:00:00"
        time_zone: Pacific Standard Time
        frequency: Week
        interval: 2
        schedule: {{hours: [8], minutes: [0, 30], week_days: [Monday, friday]}}
    - action: stop
      trigger: {{type: cron, expression: 0 18 * * *}}
identity:
  type: user_assigned
  user_assigned_identities:
    - resource_id: {IDENTITY}
custom_applications:
  - name: rstudio
    type: docker
    image: {{reference: rocker/rstudio}}
    endpoints: [{{target: 8787, published: 8787}}]
    environment_variables: {{MODE: lab}}
    bind_mounts: [{{source: /mnt/a, target: /b}}]
setup_scripts:
  creation_script: {{path: setup/create.sh, command: --all, timeout_minutes: 20}}
  startup_script: {{path: setup/start.sh, command: --all, timeout_minutes: 5}}
enable_node_public_ip: true
""",
    "an instance with its port closed": """\
name: lab-closed
type: ComputeInstance
ssh_public_access_enabled: false
identity: {type: system_assigned}
""",
    "an application without extras": """\
name: lab-app
type: computeinstance
custom_applications:
  - name: plain
    image: {reference: a/b}
    endpoints: [{target: 8787, published: 8788}]
""",
    "a script without limits": """\
name: lab-script
type: computeinstance
setup_scripts:
  creation_script: {path: setup/create.sh}
""",
    "days without times": """\
name: lab-days
type: computeinstance
schedules:
  compute_start_stop:
    - action: stop
      trigger: {type: Recurrence, frequency: day, interval: 1}
""",
}

DATASTORES = {
    "a container by key": f"""\
$schema: https://azuremlschemas.azureedge.net/latest/azureBlob.schema.json
{_BLOB}description: raw data
tags: {{team: churn}}
endpoint: core.usgovcloudapi.net
protocol: http
credentials: {{account_key: not-a-key}}
""",
    "a container by signature": f"{_BLOB}credentials: {{sas_token: not-a-token}}\n",
    "a container as who asks": _BLOB,
    "a share": """\
name: notes
type: azure_file
description: notes
tags: {team: churn}
account_name: ststandin
file_share_name: notes
endpoint: core.windows.net
protocol: https
credentials: {account_key: not-a-key}
""",
    "a share by signature": """\
name: notes
type: azure_file
account_name: ststandin
file_share_name: notes
credentials: {sas_token: not-a-token}
""",
    "a lake by secret": f"{_LAKE}{_PRINCIPAL}  authority_uri: https://login.microsoftonline.us\n",
    "a lake by certificate": f"""\
{_LAKE}description: events
tags: {{team: churn}}
endpoint: core.windows.net
protocol: https
{_CERTIFICATE}""",
    "a lake of the first generation": f"""\
name: pond
type: azure_data_lake_gen1
description: old
store_name: pond
{_PRINCIPAL}  authority_url: https://login.microsoftonline.com
  resource_url: https://datalake.azure.net/
""",
    "one of those by certificate": f"""\
name: pond
type: azure_data_lake_gen1
store_name: pond
{_CERTIFICATE}""",
    "a lake house": f"""\
name: fabric
type: one_lake
description: a house
tags: {{team: churn}}
one_lake_workspace_name: {GUID}
endpoint: onelake.dfs.fabric.microsoft.com
artifact: {{name: {GUID}, type: lake_house}}
{_PRINCIPAL}  authority_url: https://login.microsoftonline.com
  resource_url: https://storage.azure.com/
""",
    "a lake house in Pascal case": f"""\
name: fabric
type: one_lake
one_lake_workspace_name: {GUID}
endpoint: onelake.dfs.fabric.microsoft.com
artifact: {{name: {GUID}, type: LakeHouse}}
""",
}

ENVIRONMENTS = {
    "an image with a conda file": """\
$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json
name: sklearn
version: 3
description: with packages
tags: {team: churn}
image: python:3.10
conda_file: conda/packages.yml
os_type: linux
datastore: workspaceblobstore
""",
    "packages written in place": """\
name: sklearn
version: "1.10"
image: python:3.10
conda_file:
  name: wörter
  channels: [conda-forge]
  dependencies:
    - python=3.10.14
    - pip
    - pip: ["a-package-with-a-name-so-long-that-a-line-of-eighty-characters-does-not-hold-it==1.0"]
    - pip: ["b>=1,<2", "c ; python_version < '4'"]
  variables: {MODE: "on", COUNT: 3, RATE: 0.5, EMPTY: null}
""",
    "a folder": """\
name: built
version: a.b-c:1
build: {path: ./context, dockerfile_path: docker/Dockerfile}
os_type: Windows
inference_config:
  liveness_route: {port: 5001, path: /live}
  readiness_route: {port: 5001, path: /ready}
  scoring_route: {port: 5001, path: /score}
""",
    "a folder that was uploaded": """\
name: built
version: 1
build: {path: "https://ststandin.blob.core.windows.net/c/context/"}
""",
}

DATA = {
    "a file": """\
$schema: https://azuremlschemas.azureedge.net/latest/data.schema.json
name: churn
version: 1
description: who left
tags: {team: churn}
type: uri_file
path: ./churn.csv
datastore: azureml:workspaceblobstore
""",
    "a folder": "name: churn\ntype: uri_folder\npath: folder\n",
    "a folder and no type": "name: churn\npath: folder\n",
    "a table": "name: churn\ntype: mltable\npath: table\n",
    "an address in a datastore": (
        "name: churn\ntype: uri_file\npath: azureml://datastores/workspaceblobstore/paths/a/b.csv\n"
    ),
    "a folder in a datastore": (
        "name: churn\ntype: uri_folder\npath: azureml://datastores/workspaceblobstore/paths/a\n"
    ),
    "a folder in a datastore with its slash": (
        "name: churn\ntype: uri_folder\npath: azureml://datastores/workspaceblobstore/paths/a/\n"
    ),
    "an address in its long form": (
        f"name: churn\ntype: uri_file\npath: azureml:/{standins.WORKSPACE}/datastores/raw/paths/a.csv\n"
    ),
    "an address elsewhere": "name: churn\ntype: uri_file\npath: https://example.com/a.csv\n",
    "a storage account's own": "name: churn\npath: wasbs://c@ststandin.blob.core.windows.net/a\n",
}

SAMPLES: Mapping[str, Mapping[str, str]] = {
    "workspace": WORKSPACES,
    "compute": COMPUTES,
    "datastore": DATASTORES,
    "environment": ENVIRONMENTS,
    "data_asset": DATA,
}
"""By our word for the kind, then by what they show."""
