"""TEXT → Config: YAML with positions, expressions, variables, blocks, and their expansion into instances.

    text → nodes        source (files), tree (nodes), scalars, places; syntax and traps say what is wrong
    ${…}                template (out of a string), grammar (what is allowed), dotted (what it reads)
    nodes → values      expression (the door), evaluator with marks, collecting, operators and functions/
    names               scope (what they mean), namespace, references (do they lead anywhere?), names, near
    stack → Config      loader (the door), shape, variables with types, blocks, bodies
    block → instances   expand
    for commands        vocabulary (the language for editors), question (a typed expression), layout over
                        lines (a text in its one layout)

Nothing here asks Azure, and nothing prints: what is wrong becomes a `Diagnostic` with its place and a code
of `codes`.
"""
