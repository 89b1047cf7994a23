"""Policy: rules that judge a plan.

``api`` is the seam, ``registry`` finds rules by entry point, ``gate`` judges; ``values`` makes rules of a
table of attributes, ``declared`` of expressions. ``rules/`` holds those that know no cloud.
"""
