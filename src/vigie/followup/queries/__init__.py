"""What the pages of files read."""
