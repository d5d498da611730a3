"""What can happen, a file per subject; ``journal.events`` puts them together."""
