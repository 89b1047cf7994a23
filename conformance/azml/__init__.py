"""azure-ai-ml as an oracle: what `az ml` would send for a YAML file, and what we send for the same file.

- `standins`: the world around a file: ids that both sides use, and files that the file points to
- `sdk`: the file → the body, by azure-ai-ml (imported here only, when the first file is read)
- `template`: the workspace's part of the ARM template in which azure-ai-ml deploys a workspace
- `ours`: the file → the body, by the whole of mlinfra on the embedded simulator
- `compare`: two bodies → their differences
- `explained`: the differences that have a reason
- `aged`: what differs between a recording and today's azure-ai-ml
- `recorded`: a recorded test → its bodies, each with the file and flags that it was made from
- `command`: an `az ml` command line → what it changes in a file
- `wrong`: files that azure-ai-ml refuses
- `keys`: every key of azure-ai-ml's YAML schemas
- `page`: the reference page on all this
"""
