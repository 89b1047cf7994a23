"""What mlinfra costs as a whole process, beside Terraform in the same run: ``make bench``.

Every figure is taken from outside, of a process that is started, does its work and ends. Runs of ours and of
the peer take turns, so that a machine that slows down slows down both: what counts is their ratio.

- `cases`: what is measured, as a table, with what is promised for each
- `stacks`: makes the stacks that the cases work on
- `measure`: starts one process and tells what it cost
- `place`: a stack's folder, brought to where a case starts
- `peer`: runs the script that does the same work with Terraform
- `run`: takes all of it in turns, and gives the results
- `spans`: how long applies take on the simulator's clock, against the least that is possible (`bound`); each
  is measured by `makespan` in a process of its own
- `report`: the table and the JSON
- `postgres`: state in PostgreSQL beside state in a folder, a program of its own
"""
