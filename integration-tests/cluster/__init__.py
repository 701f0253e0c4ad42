"""A Kubernetes control plane for tests: real programs on loopback, and stand-ins for what a machine would be needed for.

Knows nothing about kiban: it answers the Kubernetes API, and its own control endpoints.
"""
