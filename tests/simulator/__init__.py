"""Tests of the simulator, at its door: without the provider in between."""
