"""What agents type in a file."""
