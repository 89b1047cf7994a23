"""Requests that nobody in their right mind sends, and some that everybody does, one after the other.

    samples  ->  values  ->  requests, blobs  ->  session  ->  invariants

`samples` has one right body for each kind of resource, `values` spoils JSON, `requests` and `blobs` make
requests of both, `session` plays them in order against a new simulator, and `invariants` says what must hold
after each answer and at the end, when all that takes time is over.
"""
