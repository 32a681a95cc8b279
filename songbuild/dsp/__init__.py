"""Pure mathematics on arrays of audio: (channels, frames), float64, full scale 1.0."""
