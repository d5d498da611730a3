"""Reading the audit: who saw what, who was refused, what is out of the ordinary."""
