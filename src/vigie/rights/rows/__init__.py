"""The rows of the policy, a file per subject; ``rights.table`` puts them together."""
