"""The tables of what services answered: which of their rows the simulator can give.

- `rows`: what one answer is as a row, and in which api-versions recordings have it
- `lives`: resources of every type made, changed, watched and removed, each answer written down
- `provocations`: what makes the simulator refuse as a row of the errors says
- `aside`: the named reasons for which a row is not held against us
"""
