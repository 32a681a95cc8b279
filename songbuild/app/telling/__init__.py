"""What differs between two songs, told: on a terminal, as Markdown for pull requests, as JSON for programs."""
