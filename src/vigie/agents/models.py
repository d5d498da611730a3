"""Public agents: who they are, what they were given, what they accepted, which firms they follow."""
