"""TEXT → Config: YAML with positions, expressions, variables, blocks, and their expansion into instances.

    source      bytes → text → nodes with the place of every key and value (tree, scalars, syntax help it)
    template    ``${…}`` out of a string            grammar     the inside of one ``${…}``, checked
    expression  nodes → values, through the hardened evaluator and its functions
    scope       what names mean                     variables   declared, given, converted
    loader      a folder → `Config`                 references  does every name lead somewhere?
    expand      a block → its instances

Nothing here asks Azure, and nothing prints: what is wrong becomes a `Diagnostic` with its place.
"""
