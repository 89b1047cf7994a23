"""The language as a JSON Schema (draft 2020-12): every key of a stack that is not a provider's, in words.

What the loader takes, said for editors. The types' bodies and the providers' settings are laid beside it by
`mlinfra.engine.document`. An expression may stand wherever a value is worked out, so nearly every value is
``worked_out``: what it should be, or a text that holds ``${…}``.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any, TypeAlias

from mlinfra.config import durations
from mlinfra.config.dotted import LITERALS
from mlinfra.model.configuration import OnSoftDeleted

JsonSchema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

EXPRESSION = {"$ref": "#/$defs/expression"}
NAMES = {"$ref": "#/$defs/name"}
_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_KEY = r"(\[(\"([^\"\\]|\\.)*\"|[0-9]+)\])?"
_CALL = rf"module\.{_NAME}{_KEY}"
ADDRESS = rf"^({_CALL}\.)*{_NAME}\.{_NAME}{_KEY}$"
"""``compute.cpu``, ``role_assignment.team["ana"]``, ``module.ws.workspace.main``."""
PARENT = rf"^({_NAME}\.{_NAME}{_KEY}(\.id)?|{_CALL}\.{_NAME}|(var|local)\.{_NAME})$"
"""An address, or an output, input or local that is the id of a resource."""

DEFINITIONS: Mapping[str, JsonSchema] = {
    "expression": {
        "title": "Expression",
        "description": "A text with ${…}: an expression over var, local, stack, each and other resources.",
        "type": "string",
        # Not `$${`, which is the two characters themselves, and not Azure ML's own `${{`.
        "pattern": r"(^|[^$])\$\{(?!\{)",
    },
    "name": {
        "description": "Letters, digits and _; no word of the expression language.",
        "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
        "not": {"enum": sorted({*keyword.kwlist, *LITERALS})},
    },
}
"""What the rest refers to."""


def worked_out(schema: JsonSchema) -> JsonSchema:
    """``schema``, or an expression that gives it. Words for people stay outside, where editors show them."""
    limits = {key: value for key, value in schema.items() if key not in _FOR_PEOPLE}
    if not limits or limits == {"type": "string"}:
        return schema
    words = {key: value for key, value in schema.items() if key in _FOR_PEOPLE}
    return {**words, "anyOf": [limits, EXPRESSION]}


_FOR_PEOPLE = ("title", "description", "default", "examples", "deprecated")


def section(description: str, member: JsonSchema) -> JsonSchema:
    """A map of names that users choose; nothing written below it is an empty one."""
    return {
        "description": description,
        "type": ["object", "null"],
        "propertyNames": NAMES,
        "additionalProperties": member,
    }


def _flag(description: str) -> JsonSchema:
    return {"description": description, "type": ["boolean", "null"]}


def _text(description: str) -> JsonSchema:
    return {"description": description, "type": ["string", "null"], "not": EXPRESSION}


def _address(description: str) -> JsonSchema:
    return worked_out({"description": description, "type": "string", "pattern": ADDRESS})


def _entries(
    description: str, members: JsonSchema, required: tuple[str, ...], either: tuple[str, ...] = ()
) -> JsonSchema:
    """A list of maps with these keys; exactly one of ``either``."""
    one_of = {"oneOf": [{"required": [key]} for key in either]} if either else {}
    return {
        "description": description,
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "properties": members,
            "required": list(required),
            "additionalProperties": False,
            **one_of,
        },
    }


_CHECK: JsonSchema = {
    "type": "object",
    "properties": {
        "condition": worked_out(
            {
                "description": "An expression that is true where all is well; in a resource, `self` is "
                "that resource.",
                "type": "boolean",
            }
        ),
        "message": {"description": "What is said where it is not true.", "type": "string", "minLength": 1},
    },
    "required": ["condition", "message"],
    "additionalProperties": False,
}
CHECK: JsonSchema = {
    **_CHECK,
    "title": "Check",
    "properties": {
        **_CHECK["properties"],
        "severity": {
            "description": "Whether an apply after which it is not true fails, or only warns.",
            "enum": ["error", "warning", None],
            "default": "error",
        },
    },
}
"""One check of the stack."""

_RULE: JsonSchema = {
    "type": "object",
    "properties": {
        "condition": {"description": "An expression over variables that is true for a good value."},
        "message": _text("What is said when it is not true."),
    },
    "required": ["condition", "message"],
    "additionalProperties": False,
}

VARIABLE: JsonSchema = {
    "title": "Variable",
    "type": ["object", "null"],
    "properties": {
        "type": {
            "description": "What its values are: string, number, bool, any, list(…), map(…) or object({…}).",
            "type": "string",
            "anyOf": [
                {"enum": ["string", "number", "bool", "any"]},
                {"pattern": r"^\s*(string|number|bool|any|list|map|object)\b"},
            ],
            "examples": ["list(string)", "map(string)", "object({name: string, size: optional(number)})"],
        },
        "default": {"description": "Its value when none is given. Without a default one must be given."},
        "description": _text("What it is for."),
        "sensitive": _flag("Its value is secret: never recorded and never shown."),
        "nullable": _flag("Whether null is a value that it may have; it is, unless this is false."),
        "deprecated": _text("Why nobody should set it any more, and what to do instead."),
        "validation": {
            "description": "What its value must be like, beyond its type.",
            "type": ["array", "null"],
            "items": _RULE,
        },
    },
    "additionalProperties": False,
}
"""One variable."""

OUTPUT: JsonSchema = {
    "title": "Output",
    "type": "object",
    "properties": {
        "value": {"description": "What others read with `mlinfra output`; usually an expression."},
        "description": _text("What it is for."),
        "sensitive": _flag("It is secret: never recorded and never shown."),
    },
    "required": ["value"],
    "additionalProperties": False,
}
"""One output."""

LIFECYCLE: JsonSchema = {
    "title": "Lifecycle",
    "description": "How mlinfra treats the resource when it changes or goes.",
    "type": ["object", "null"],
    "properties": {
        "prevent_destroy": worked_out(
            {
                "description": "Refuse every plan that would delete or replace it.",
                "type": ["boolean", "null"],
            }
        ),
        "create_before_destroy": _flag("When it is replaced, create the new one before the old one goes."),
        "keep_on_remove": _flag("When its block goes, forget it and leave it where it is."),
        "replace_triggered_by": {
            "description": "Replace it when one of these resources, or keys of resources, changes; such as "
            "[environment.sklearn.version].",
            "type": ["array", "null"],
            "items": {"type": "string", "minLength": 1},
        },
        "ignore_changes": {
            "description": 'Keys whose differences are left alone, such as [tags, properties.owner]; or "*".',
            "anyOf": [
                {"type": "array", "items": {"type": "string", "minLength": 1}},
                {"enum": ["*", "all"]},
                {"type": "null"},
            ],
        },
        "allow_unmanaged_loss": _flag("Delete it even when things live in it that mlinfra does not manage."),
        "keep_versions": {
            "description": "Of what versions itself: how many versions stay, the one in use included; older "
            "ones that nothing in the stack uses are archived or deleted. Left out: all.",
            "type": ["integer", "null"],
            "minimum": 1,
        },
        "on_soft_deleted": {
            "description": "Where one of this name was deleted and is still kept (key vaults, workspaces): "
            "refuse to make it; recover it with what it held; or purge it for good and make a new one.",
            "enum": [*(one.value for one in OnSoftDeleted), None],
            "default": OnSoftDeleted.REFUSE.value,
        },
    },
    "additionalProperties": False,
}
"""``lifecycle:`` of a block."""

META: Mapping[str, JsonSchema] = {
    "file": {
        "description": "A YAML file with the body, such as one of az ml. Keys written here win.",
        "anyOf": [
            {"type": "string", "minLength": 1, "not": EXPRESSION},
            {
                "type": "object",
                "properties": {
                    "path": {
                        "description": "Where the file is, seen from this one.",
                        "type": "string",
                        "minLength": 1,
                        "not": EXPRESSION,
                    },
                    "expressions": _flag("Work out ${…} in the file; otherwise that is text in it."),
                },
                "required": ["path"],
                "additionalProperties": False,
            },
        ],
    },
    "for_each": worked_out(
        {
            "description": "One instance for each member of a list of texts, or of a map; ${each.key} and "
            "${each.value} tell them apart.",
            "type": ["array", "object", "null"],
            "items": {"type": "string"},
        }
    ),
    "count": worked_out(
        {
            "description": "How many equal instances there are; ${each.key} counts them from 0.",
            "type": "integer",
            "minimum": 0,
        }
    ),
    "when": worked_out({"description": "Whether the resource is wanted at all.", "type": "boolean"}),
    "depends_on": {
        "description": "Resources that must come first, where no expression says so.",
        "type": ["array", "null"],
        "items": worked_out({"type": "string", "anyOf": [{"pattern": ADDRESS}, {"pattern": f"^{_CALL}$"}]}),
    },
    "parent": worked_out(
        {
            "description": "The address of the resource that it lives in, where several could be meant.",
            "type": "string",
            "pattern": PARENT,
        }
    ),
    "provider": {
        "description": "A provider and one of its aliases, where the settings are not the usual ones: "
        "azure.other.",
        "type": ["string", "null"],
        "pattern": rf"^{_NAME}\.{_NAME}$",
    },
    "lifecycle": {"$ref": "#/$defs/lifecycle"},
    "checks": {
        "description": "What must hold before the resource is made or changed, and after.",
        "type": ["object", "null"],
        "properties": {
            "before": {
                "description": "Where one is not true, the plan is refused, or the step when it is only "
                "known then.",
                "type": ["array", "null"],
                "items": _CHECK,
            },
            "after": {
                "description": "Where one is not true, what was made stays, and nothing that needs it is "
                "made.",
                "type": ["array", "null"],
                "items": _CHECK,
            },
        },
        "additionalProperties": False,
    },
    "timeouts": {
        "description": "How long its operations may take, such as {create: 30m}. Then the apply goes on "
        "without it; the next command takes the operation up again.",
        "type": ["object", "null"],
        "properties": {
            operation: {
                "description": f"How long to wait until it is {operation}d, such as 30m.",
                "type": "string",
                "pattern": durations.PATTERN,
            }
            for operation in durations.OPERATIONS
        },
        "additionalProperties": False,
    },
    "import": {
        "description": "The id of what exists already and is to be managed from now on.",
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {"id": {"description": "The id in Azure.", "type": "string"}},
                "required": ["id"],
                "additionalProperties": False,
            },
        ],
    },
}
"""Keys that stand beside a resource's body."""

_OF_CALL = ("for_each", "count", "when", "depends_on", "parent", "provider")
CALL: JsonSchema = {
    "title": "Module",
    "type": "object",
    "properties": {
        "source": {
            "description": "The folder of the module, seen from this file; or git::URL//folder?ref=….",
            "type": "string",
            "minLength": 1,
            "not": EXPRESSION,
        },
        "inputs": {
            "description": "What the module is given, by the names of its inputs.",
            "type": ["object", "null"],
            "propertyNames": NAMES,
        },
        **{key: {"$ref": f"#/$defs/meta/properties/{key}"} for key in _OF_CALL},
    },
    "required": ["source"],
    "additionalProperties": False,
}
"""One use of a module."""

_PATH: JsonSchema = {"type": "string", "minLength": 1, "not": EXPRESSION}

_LEVEL: JsonSchema = {
    "description": "How bad what it finds is: an error refuses the plan.",
    "enum": ["error", "warning", "info", "off", None],
}
_CONDITION: JsonSchema = {"anyOf": [EXPRESSION, {"type": "boolean"}]}

POLICY: JsonSchema = {
    "title": "Policy",
    "description": "Rules that judge the plan. They cannot weaken those from outside (--policy).",
    "type": ["object", "null"],
    "properties": {
        "file": {
            "description": "Files with a policy each, seen from the stack's folder; what stands here wins.",
            "anyOf": [_PATH, {"type": "array", "items": _PATH}, {"type": "null"}],
        },
        "rules": {
            "description": "Rules by code: their severity and settings. `mlinfra policy list` shows all.",
            "type": ["object", "null"],
            "additionalProperties": {"type": ["object", "null"], "properties": {"severity": _LEVEL}},
        },
        "declared": {
            "description": "Rules of your own, by name.",
            "type": ["object", "null"],
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "match": {"description": "Which changes it looks at; left out, all.", **_CONDITION},
                    "require": {"description": "What must be true of them.", **_CONDITION},
                    "message": _text("What is said where it is not."),
                    "severity": {**_LEVEL, "default": "error"},
                    "why": _text("Why it matters, in a full sentence."),
                    "mend": _text("What to do about it, in a full sentence."),
                },
                "required": ["require", "message"],
                "additionalProperties": False,
            },
        },
        "exceptions": _entries(
            "What is let pass, for a while.",
            {
                "rule": {"description": "The rule's code, or the name of a declared one.", "type": "string"},
                "address": {"description": "A resource, or a block.", "type": "string", "pattern": ADDRESS},
                "stack": {
                    "description": "Instead of an address: the stack, for what is found of it as a whole.",
                    "type": "string",
                    "minLength": 1,
                },
                "owner": {"description": "Who answers for it.", "type": "string", "minLength": 1},
                "reason": {"description": "Why.", "type": "string", "minLength": 1},
                "expires": {
                    "description": "The last day that it holds.",
                    "type": "string",
                    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                },
            },
            ("rule", "owner", "reason", "expires"),
            either=("address", "stack"),
        ),
        "strict": _flag("What a rule cannot tell before an apply refuses the plan."),
    },
    "additionalProperties": False,
}
"""``policy:`` of a stack, and without ``file`` what a policy's own file holds."""

INPUTS = section("What it is given by who calls it; read as ${var.name}.", {"$ref": "#/$defs/variable"})
"""``inputs:`` of a module."""

TOP: Mapping[str, JsonSchema] = {
    "stack": {
        "description": "The name of the stack. Its state is kept under this name.",
        "type": "string",
        "pattern": "^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$",
    },
    "include": {
        "description": "Further files of the stack, seen from its folder; * and ** may stand in a path. "
        "They hold variables, locals, resources, data, modules, outputs and checks.",
        "anyOf": [_PATH, {"type": "array", "items": _PATH}, {"type": "null"}],
    },
    "variables": section("What comes from outside; read as ${var.name}.", {"$ref": "#/$defs/variable"}),
    "locals": section(
        "Names for values that are used more than once; read as ${local.name}.",
        {"description": "Any value; it may hold expressions."},
    ),
    "modules": section(
        "What is written once and used many times; its outputs are read as ${module.name.output}.",
        {"$ref": "#/$defs/call"},
    ),
    "outputs": section("What others read after an apply.", {"$ref": "#/$defs/output"}),
    "checks": section("What must hold of the whole stack once it is applied.", {"$ref": "#/$defs/check"}),
    "policy": POLICY,
    "moved": _entries(
        "Blocks, instances or modules that have another address now; their resources stay.",
        {"from": _address("What it was."), "to": _address("What it is.")},
        ("from", "to"),
    ),
    "removed": _entries(
        "Blocks or instances that left the stack, and what becomes of their resources.",
        {
            "from": _address("What it was."),
            "destroy": {"description": "false: it stays, and is forgotten.", "type": "boolean"},
        },
        ("from", "destroy"),
    ),
    "import": _entries(
        "What exists already and is to be managed from now on.",
        {
            "to": _address("The block or instance that it becomes."),
            "id": {"description": "The id in Azure.", "type": "string"},
            "for_each": worked_out(
                {
                    "description": "One for each member; the keys are the instances'.",
                    "type": ["array", "object"],
                }
            ),
        },
        ("to", "id"),
    ),
}
"""Keys at the top of a stack, without ``resources``, ``data`` and the providers."""
