"""Small stacks and what the gate says of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from mlinfra.cli.options import Inputs, Rules
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.planner import make_plan
from mlinfra.engine.policies import judged
from mlinfra.model.policy import Finding, Judgement
from tests.policy.cases import TODAY

STACK = """stack: judged
azure: {subscription: 00000000-0000-0000-0000-000000000001, location: westeurope, cloud: simulator}
resources:
  resource_group:
    main:
      name: rg-judged
      tags: {team: churn}
  storage_account:
    main: {name: stjudged}
"""


def judgement(folder: Path, policy: str = "", *, outside: Mapping[str, str] | None = None) -> Judgement:
    """What is said of `STACK` with this ``policy:`` section, and these policies from outside.

    The last of them comes by the environment, as in a pipeline, the others by ``--policy``.
    """
    (folder / "mlinfra.yaml").write_text(STACK + policy, encoding="utf-8")
    names = []
    for name, text in (outside or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
        names.append(name)
    environment = {"MLINFRA_POLICY": os.pathsep.join(names[-1:])}
    with Workplace(folder, environment) as place:
        config = place.config(Inputs())
        gate = place.gate(config.policy, Rules(tuple(map(Path, names[:-1]))))
        planned = make_plan(config, place.manager(config.head).load(), place.context(4))
        return judged(planned, gate, TODAY)


def of(judgement: Judgement, code: str) -> list[Finding]:
    """The findings of one rule."""
    return [finding for finding in judgement.findings if finding.code == code]
