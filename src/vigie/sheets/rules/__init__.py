"""What sheets obey, without a database: monthly series, statuses, positions, questions to ask. Pure."""
