"""Songs in git: what is set up in a repository, files as text that git compares, and who changed what."""
