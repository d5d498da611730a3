"""The sheet of a firm or of an establishment, assembled from the panels of each subject."""
