"""Who contacts which firm of a list, and when it is visited."""
