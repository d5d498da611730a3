"""Reading traces; what each page shows."""
