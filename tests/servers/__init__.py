"""Real servers that tests and benchmarks start themselves, each in a folder of its own, and stop again."""
