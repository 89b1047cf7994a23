"""Recorded sessions of real clients, played again at the simulator's door.

- `exchanges`, `sessions`: what was recorded, in its order
- `restoring`: names that requests lost and answers kept
- `asked`: what a recorded request is about: a type of ours, an operation of one, or neither
- `mapping`: what the service invented then and what it invents now
- `progress`: how long each recorded operation is still at work
- `seeding`: what must be there before an exchange can be played
- `play`: one session against one simulator
- `comparing`: what was answered then and now, as comparisons
- `rules`, `key_rules`: the named reasons for which a comparison that failed is not held against us
- `evidence`: which keys the specifications and the recordings know
- `judging`: which rule explains which comparison
"""
