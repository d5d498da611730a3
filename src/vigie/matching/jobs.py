"""The jobs of the matching service."""


def register() -> None:
    """Makes the jobs known to the queue."""
