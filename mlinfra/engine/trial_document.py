"""The JSON Schema of test files: what `mlinfra.config.trials` takes, said for editors."""

from __future__ import annotations

from collections.abc import Mapping

from mlinfra.config import codes
from mlinfra.config.trial_runs import METHODS
from mlinfra.config.trials import AROUND
from mlinfra.config.vocabulary import DIALECT, EXPRESSION, JsonSchema
from mlinfra.engine.document import module_document, stack_document
from mlinfra.engine.schema import Schema
from mlinfra.model.trial import Command
from mlinfra.providers.api import Catalogue


def trial_document(catalogue: Catalogue, stores: Mapping[str, Schema]) -> JsonSchema:
    """The schema of a ``tests/*.test.yaml`` with these providers and stores."""
    module = module_document(catalogue, stores)
    settings = stack_document(catalogue, stores)["properties"]["azure"]
    return {
        "$schema": DIALECT,
        "title": "mlinfra test",
        "description": "Runs of a stack or a module on a simulator of their own, and what they come to.",
        "type": "object",
        "properties": {
            "description": _text("What this file shows.", "what a workspace consists of"),
            "variables": _VARIABLES,
            "azure": {
                **{word: said for word, said in settings.items() if word != "required"},
                "description": "Of a module: the settings of Azure around it; else a fixed subscription "
                "and westeurope.",
                "examples": [{"location": "northeurope"}],
            },
            "around": {
                "description": "Of a module: what of a stack is around it; paths are seen from this file.",
                "type": ["object", "null"],
                "properties": {key: module["properties"][key] for key in AROUND},
                "additionalProperties": False,
                "examples": [{"modules": {"ws": {"source": "../../workspace", "inputs": {"name": "x-dev"}}}}],
            },
            "parent": _text(
                "Of a module: what its resources live in, as the parent: of a call.", "${module.ws.workspace}"
            ),
            "outputs": {
                "description": "What other stacks tell, by the name of the block under data: stack_output:.",
                "type": ["object", "null"],
                "additionalProperties": {"type": ["object", "null"]},
                "examples": [{"network": {"subnet": "/subscriptions/…/subnets/ml"}}],
            },
            "simulator": _requests("What is sent before the first run: what is there already."),
            "runs": {
                "description": "One after the other, on the cloud and the state that the one before left.",
                "type": "array",
                "minItems": 1,
                "items": _RUN,
                "examples": [[{"name": "it can be applied"}]],
            },
        },
        "required": ["runs"],
        "additionalProperties": False,
        "$defs": module["$defs"],
    }


def _text(description: str, example: str) -> JsonSchema:
    return {"description": description, "type": ["string", "null"], "examples": [example]}


def _requests(description: str) -> JsonSchema:
    return {
        "description": description,
        "type": ["array", "null"],
        "items": _REQUEST,
        "examples": [[{"method": "DELETE", "path": "/subscriptions/…/resourceGroups/rg-churn"}]],
    }


_VARIABLES: JsonSchema = {
    "description": "Values of the stack's variables, or of the module's inputs; those of a run win.",
    "type": ["object", "null"],
    "examples": [{"name": "churn-dev"}],
}

_REQUEST: JsonSchema = {
    "title": "Request",
    "description": "One request, as mlinfra simulator request sends it.",
    "type": "object",
    "properties": {
        "method": {"description": "What it does.", "enum": [*METHODS, None], "examples": ["PUT"]},
        "path": {
            "description": "The id of what it is about; an api-version is added where it has none.",
            "type": "string",
            "pattern": "^/",
            "examples": ["/subscriptions/…/resourceGroups/rg-old"],
        },
        "body": {"description": "What it sends, as JSON.", "examples": [{"location": "westeurope"}]},
    },
    "required": ["path"],
    "additionalProperties": False,
}

_ASSERTION: JsonSchema = {
    "title": "Assertion",
    "type": "object",
    "properties": {
        "condition": {
            **EXPRESSION,
            "description": "An expression that has to be true after the run. It reads plan, output, "
            "resource, requests, warnings, findings, and all that the stack or module itself reads.",
            "examples": ["${plan.create == 8}"],
        },
        "message": _text("What is said where it is not.", "a registry is only made when it is asked for"),
    },
    "required": ["condition"],
    "additionalProperties": False,
}

_CODE: JsonSchema = {
    "description": "The code of the error, or of the rule that refuses the plan.",
    "type": "string",
    "minLength": 1,
    "examples": [codes.REFUSED_VALUE],
}

_RUN: JsonSchema = {
    "title": "Run",
    "description": "One command and what has to hold after it.",
    "type": "object",
    "properties": {
        "name": {
            "description": "What it shows; no two runs of a file have one name.",
            "type": "string",
            "minLength": 1,
            "examples": ["a second plan is empty"],
        },
        "command": {
            "description": "What is done.",
            "enum": [*(command.value for command in Command), None],
            "default": Command.APPLY.value,
            "examples": ["plan"],
        },
        "variables": _VARIABLES,
        "simulator": _requests("What others send before this run."),
        "assert": {
            "description": "What has to be true after it.",
            "type": ["array", "null"],
            "items": _ASSERTION,
            "examples": [[{"condition": "${plan.create == 8}"}]],
        },
        "expect_error": {
            "description": "The error that it has to be refused with.",
            "anyOf": [
                _CODE,
                {
                    "type": "object",
                    "properties": {
                        "code": _CODE,
                        "message": _text("A part of the error's text.", "Take 2 to 18 small letters"),
                    },
                    "required": ["code"],
                    "additionalProperties": False,
                },
            ],
            "examples": [codes.REFUSED_VALUE],
        },
        "settles": {
            "description": "Of an apply: whether a second plan must be empty.",
            "type": ["boolean", "null"],
            "default": True,
            "examples": [False],
        },
        "reason": _text("Why it does not settle.", "the service changes it every night"),
    },
    "required": ["name"],
    "dependentSchemas": {
        "expect_error": {"not": {"required": ["assert"]}},
        "reason": {"required": ["settles"]},
    },
    "if": {"properties": {"settles": {"const": False}}, "required": ["settles"]},
    "then": {"required": ["reason"]},
    "additionalProperties": False,
}
