"""Published REST specifications (Swagger 2 with Microsoft's extensions), read and held against bodies.

- `documents`: files, and ``$ref`` across them
- `operations`: what a service offers at one api-version, with its examples
- `schemas`: a definition flattened over ``allOf``; which definition a discriminator means
- `check`: a body against a schema
- `supported`: which operations belong to types that the simulator has
- `requests`: an example's request as it can be sent, and what must exist before
"""
