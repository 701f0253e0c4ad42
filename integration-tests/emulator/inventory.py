"""The snapshot."""
def snapshot(account):
    return {}
