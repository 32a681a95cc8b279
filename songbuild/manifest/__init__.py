"""Files to a Song: YAML and Python manifests, with the place of every value."""
