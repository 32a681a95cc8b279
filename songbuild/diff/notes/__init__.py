"""What became of the notes of two songs: note by note for pictures, and in a musician's words."""

from songbuild.diff.notes.comparing import changes as changes
