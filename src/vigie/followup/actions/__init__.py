"""What agents do to a file: one transaction each."""
