"""Evaluation measures and drift statistics: numpy, scipy and pyarrow for reading, no Django.

Nothing is imported here on purpose: a web process must be able to import `monitoring`
without loading numpy, scipy or pyarrow. Import the module you need, in a worker.
"""
