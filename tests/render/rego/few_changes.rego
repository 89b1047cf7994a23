# Terraform: a plan touches at most three resources; each kind of change weighs differently.
package terraform.few_changes

import rego.v1

weights := {"delete": 2, "create": 1, "update": 1}

score := sum([weights[action] |
	some rc in input.resource_changes
	some action in rc.change.actions
	weights[action]
])

deny contains msg if {
	score > 3
	msg := sprintf("the plan weighs %d", [score])
}
