"""Encryption of what a store keeps, and of saved plans: ``encryption:`` in the stack.

    settings --make--> a key source: file | environment | passphrase | key_vault
    api: what bytes are bound to, and the seam; ``PLAIN`` for a stack without ``encryption:``
    envelope: how sealed bytes stand in a file    cipher: the seal itself, AES-256-GCM

Stores and the session see bytes; `mlinfra.state.reading` and `mlinfra.state.session` put them through a seal.
"""
