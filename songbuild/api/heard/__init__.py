"""What is heard of a difference: both versions built and measured."""
