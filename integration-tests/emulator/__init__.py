"""An AWS on loopback for kiban's tests: moto, corrected towards AWS's documented behaviour.

Knows nothing about kiban or Terraform: it only answers AWS API calls and the control endpoints under `/_kiban/`.
"""
