"""Reading and writing files of other formats: one file each."""
