"""The builder, blind to music."""
