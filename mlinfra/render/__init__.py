"""A plan, its events and every message, shown. Renderers import the nouns and rich, nothing else of mlinfra.

What is said is decided without a width or a colour, what goes where without a plan:

=================  ===================================================================================
``view``           Plan → PlanView: ordered, worded and redacted, once; what renderers see
``blocks``         one change, one drift, one record → a block of lines
``risks``          what of a plan a reviewer should see first
``drawing``        what changes, as boxes and arrows
``attributes``     how one attribute differs, in lines
``lines``          what a line and a block are
``words``          numbers, durations and values as people read them; secrets end here
``escape``         control characters and terminal escapes of strangers made visible
-----------------  -----------------------------------------------------------------------------------
``page``           rows of text that follow the width of the console
``layout``         blocks of lines, in columns
``terminal``       PlanView, outputs, records, what an apply did → pages
``markdown``       PlanView → a comment on a pull request, no longer than its host takes
``markup``         text of strangers in Markdown, where none of it can mean anything
``diagnostics``    messages with their line of source → a page
``settled``        what became of the steps that an earlier command left open → a page
-----------------  -----------------------------------------------------------------------------------
``events``         events of an apply counted, in words, as JSON
``progress``       the same as they happen: ``Lines``, ``Live``, ``Json``
``json``           plan, state, outputs and messages in Terraform's published shapes
``readback``       a plan's JSON → Plan, as far as rules look at it
``stream``         what ``--json`` of plan, apply and destroy prints, a line each
``plan_schema``    the JSON Schema of a plan; ``event_schema`` of a line; ``shapes`` are their words
``answer``         one value of ``mlinfra console``
``graph``          Diagram → DOT and Mermaid
``marks``          a value taken apart into what is known, unknown and sensitive, for ``json``
=================  ===================================================================================
"""
