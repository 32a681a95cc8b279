"""Reading and writing files of other formats: one file each.

audio          any supported audio file: its facts, and its sound as a stream at the rate that is wanted
headers        what an audio file's own header promises, held against the file
wav flac mp3   writers of audio, from a stream of blocks (channels, frames)
pcm            whole numbers as bytes
tags           a folder: title, artist, ISRC and the rest, in each format's own way
lyrics         words with times, as LRC
artwork        what kind of picture a file is; upscaling: whether it was made larger
midi           Standard MIDI Files
sums           SHA256SUMS
cd             a folder: cue sheet, TOC, CD-TEXT and DDP of an audio CD

Writers write to the path they are given, whatever its ending, and the same input gives the same bytes: no date, no
host, no random numbers.  What is wrong with a user's file is an exception whose text says so in a sentence.
"""
