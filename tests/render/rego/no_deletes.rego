# Terraform: nothing is deleted, and nothing replaced.
package terraform.no_deletes

import rego.v1

deny contains msg if {
	some rc in input.resource_changes
	"delete" in rc.change.actions
	msg := sprintf("%s would be deleted", [rc.address])
}
