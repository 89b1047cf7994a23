"""mlinfra: Terraform's plan and apply for Azure Machine Learning.

The map, in the direction of the data::

    text --config--> Config --engine--> Plan --policy--> judged --render--> shown
                                          |
                                          +--engine--> applied, step by step, through a Provider,
                                                       recorded through a Store

    model/      the nouns; every other room speaks in them
    config/     YAML with positions -> Config; expressions
    providers/  the seam to the world (``api``), found by entry point; ``azure`` is one of them
    state/      the seam to where state is kept (``api``), its manager and journal
    policy/     rules that judge a plan
    engine/     the verbs: check, resolve, refresh, diff, plan, apply
    render/     a plan and its events, shown
    simulator/  an Azure in one process; imports no other room
    cli/        commands; ``wiring`` is the only place where seams meet implementations

Imports point from ``cli`` down to ``model`` and never back; import-linter holds it (``make check``).
"""

__version__ = "0.1.0"
