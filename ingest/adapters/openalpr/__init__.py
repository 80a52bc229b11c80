"""OpenALPR and Rekor Scout agents by webhook."""
