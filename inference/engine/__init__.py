"""The engine: inspection, sessions, scoring and batching of ONNX models.

Importing this package loads nothing heavy. `limits`, `reasons`, `signature`, `matching` and
`inspection` need the standard library only, so a web process may import them; the other
modules need numpy, ONNX Runtime or pyarrow and belong to workers.
"""
