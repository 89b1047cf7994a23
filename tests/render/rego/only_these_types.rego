# Terraform: a team may change only some types.
package terraform.only_these_types

import rego.v1

allowed := {"resource_group", "compute"}

deny contains msg if {
	some rc in input.resource_changes
	rc.change.actions != ["no-op"]
	not rc.type in allowed
	msg := sprintf("%s is a %s", [rc.address, rc.type])
}
