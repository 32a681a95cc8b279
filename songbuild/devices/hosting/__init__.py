"""Hosted plugins: VST3 effects, each in a supervised process of its own."""
