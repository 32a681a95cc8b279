"""From a Song to the graph of what to build: one file a stage."""
