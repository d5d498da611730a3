"""A file shared by the agents of several administrations about one establishment."""
