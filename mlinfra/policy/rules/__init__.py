"""The rules that know no cloud, one file each."""

from mlinfra.policy.api import Rule
from mlinfra.policy.rules.data_loss import rule as data_loss
from mlinfra.policy.rules.deletions import rule as deletions
from mlinfra.policy.rules.protected import rule as protected
from mlinfra.policy.rules.tags import rule as tags

rules: tuple[Rule, ...] = (data_loss, deletions, protected, tags)
"""What the entry point ``neutral`` of the group ``mlinfra.rules`` gives."""
