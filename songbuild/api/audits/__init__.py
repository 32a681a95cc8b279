"""What a delivered file was made of."""
