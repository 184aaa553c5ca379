"""Running a model safely and fast. `inference.engine` is pure: no Django, no sibling room."""
