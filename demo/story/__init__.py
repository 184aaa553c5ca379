"""The story, one step a file. A step whose rooms are not installed is not in it."""
