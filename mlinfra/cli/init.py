"""``mlinfra init``: a starter stack that plans and applies as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

import click

from mlinfra.cli import console, options
from mlinfra.model.diagnostic import MlinfraError, error

FILE = "mlinfra.yaml"

STARTER = Template("""\
# A stack is what belongs together and is planned and applied together.
#   mlinfra plan     shows what would change      mlinfra apply    does it
#   mlinfra drift    what others changed          mlinfra destroy  takes it all away
stack: $name

azure:
  # An Azure inside mlinfra: free of charge, no login, minutes pass in milliseconds. Take this line out
  # to mean the real one; then the subscription must be yours, and somebody signed in (`az login`).
  cloud: simulator
  subscription: $${var.subscription}
  location: westeurope            # where everything goes that does not say otherwise

variables:
  subscription:                   # -v subscription=…, MLINFRA_VAR_subscription, or a --var-file
    type: string
    description: The id of the Azure subscription.
    default: 00000000-0000-0000-0000-000000000001
  max_nodes:
    type: number
    default: 2

# Under `resources` stands the type, under it your own name for it, and under that the resource as `az ml`
# and Azure know it. `$${storage_account.main.id}` is another resource's id; what needs what follows from it.
resources:
  resource_group:
    main:
      name: rg-$name

  storage_account:
    main:
      name: st$short              # unique in all of Azure; lower-case letters and digits only
      sku: Standard_LRS

  key_vault:
    main:
      name: kv-$name

  log_analytics_workspace:
    main:
      name: log-$name

  application_insights:
    main:
      name: appi-$name
      log_analytics_workspace: $${log_analytics_workspace.main.id}

  workspace:
    main:
      name: mlw-$name
      storage_account: $${storage_account.main.id}
      key_vault: $${key_vault.main.id}
      application_insights: $${application_insights.main.id}
      # lifecycle: {prevent_destroy: true}    # refuse every plan that would delete it

  compute:
    cluster:                      # costs nothing while nobody uses it: it shrinks to min_instances
      type: amlcompute
      size: STANDARD_DS11_V2
      min_instances: 0
      max_instances: $${var.max_nodes}

outputs:
  studio_url:
    value: $${workspace.main.studio_url}
""")


@click.command()
@click.pass_context
def init(ctx: click.Context) -> None:
    """Write a commented starter stack.

    It goes into mlinfra.yaml, is named for its folder, and plans and applies on the simulator as it stands.
    """
    folder: Path = ctx.obj
    name = stack_name(folder.resolve().name)
    try:
        with (folder / FILE).open("x", encoding="utf-8") as file:
            file.write(STARTER.substitute(name=name, short=name.replace("-", "")))
    except FileExistsError as wrong:
        raise MlinfraError(
            error(
                "MLI-CFG-070",
                f"there is a {FILE} already, and init overwrites nothing",
                f"{options.next_command(ctx, 'plan')} shows what it would change; or go to an empty folder.",
            )
        ) from wrong
    console.say(f"Wrote {folder / FILE}: a small Azure ML workspace, on the embedded simulator.")
    console.say("Read it, then run")
    console.say(f"  {options.typed(ctx, 'plan')}     to see what it would make")
    console.say(f"  {options.typed(ctx, 'apply')}    to make it")


def stack_name(folder: str) -> str:
    """A name that every resource of the starter may carry: letters, digits, single hyphens, 2 to 16 long."""
    plain = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")
    plain = plain.lstrip("0123456789-")[:16].rstrip("-")
    return plain if len(plain) >= 2 else "my-stack"
