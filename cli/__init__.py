"""`muniment`: what a pipeline says to Muniment, over its REST API. Needs httpx and nothing of the platform."""
