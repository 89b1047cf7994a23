"""What Azure says of us: scores against recorded traffic, published specifications and real YAML files.

Our simulator and our provider are written by the same hands, so that they agree proves nothing. Here both
are held against material from outside, which lies in a folder of its own (``CORPUS``) and is never copied
into the project: ``make conformance CORPUS=folder``.

- `score`: the nouns, `Part`, `Score`, `Miss`, and the causes a miss may have
- `corpus`: reads the folder
- `floors`: what no score may fall below; kept in ``pyproject.toml``, and they only rise
- `report`: the table and the JSON
- `door`, `seeds`: what the parts share of the simulator
- `replay`: recorded sessions, played again
- `azml`: what azure-ai-ml makes of YAML files, and what we make of them
- `specification`: published specifications, read and followed
- `tables`: what services answered and refused, looked up among lives at the simulator's door
- `recorder`: a plugin of pytest that writes down what our provider sends
- `parts`: one file for each part, each a function from `Corpus` to scores
"""
