"""A change of a repository, song by song: what is wrong, what differs, how loud it has become."""
