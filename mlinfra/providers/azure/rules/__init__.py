"""Azure's policy rules, one file each."""

from mlinfra.policy.api import Rule
from mlinfra.providers.azure.rules.floating_images import rule as floating_images
from mlinfra.providers.azure.rules.idle_nodes import rule as idle_nodes
from mlinfra.providers.azure.rules.idle_shutdown import rule as idle_shutdown
from mlinfra.providers.azure.rules.instance_schedule import rule as instance_schedule
from mlinfra.providers.azure.rules.local_auth import rule as local_auth
from mlinfra.providers.azure.rules.public_network import rule as public_network
from mlinfra.providers.azure.rules.purge_protection import rule as purge_protection
from mlinfra.providers.azure.rules.regions import rule as regions
from mlinfra.providers.azure.rules.registry_admin import rule as registry_admin
from mlinfra.providers.azure.rules.roles_of_power import rule as roles_of_power
from mlinfra.providers.azure.rules.roles_to_users import rule as roles_to_users
from mlinfra.providers.azure.rules.shared_key import rule as shared_key
from mlinfra.providers.azure.rules.sizes import rule as sizes
from mlinfra.providers.azure.rules.ssh_open import rule as ssh_open
from mlinfra.providers.azure.rules.unpinned_packages import rule as unpinned_packages
from mlinfra.providers.azure.rules.wide_roles import rule as wide_roles

rules: tuple[Rule, ...] = (
    floating_images,
    idle_nodes,
    idle_shutdown,
    instance_schedule,
    local_auth,
    public_network,
    purge_protection,
    regions,
    registry_admin,
    roles_of_power,
    roles_to_users,
    shared_key,
    sizes,
    ssh_open,
    unpinned_packages,
    wide_roles,
)
"""What the entry point ``azure`` of the group ``mlinfra.rules`` gives."""
