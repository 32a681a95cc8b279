"""An album: planned as one graph, built, and told of."""
