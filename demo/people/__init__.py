"""The people of the story, acting through the real web pages over HTTP."""
