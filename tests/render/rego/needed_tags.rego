# Terraform: what is made or changed has an owner, which may be known only after the apply.
package terraform.needed_tags

import rego.v1

deny contains msg if {
	some rc in input.resource_changes
	some action in rc.change.actions
	action in {"create", "update"}
	not rc.change.after.tags.owner
	not rc.change.after_unknown.tags.owner
	msg := sprintf("%s has no owner", [rc.address])
}

deny contains msg if {
	some check in input.checks
	check.status == "fail"
	msg := sprintf("%s fails", [check.address.to_display])
}
