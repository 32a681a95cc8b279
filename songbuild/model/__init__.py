"""The song as immutable data, and what can be worked out from it without sound."""
