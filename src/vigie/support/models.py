"""« Besoin d’aide » and « Donner mon avis »: what people say of the service, and who answers."""
