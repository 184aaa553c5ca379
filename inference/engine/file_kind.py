"""Recognise by their first bytes the files that are sent instead of an ONNX model."""

from __future__ import annotations

from inference.engine.reasons import Reason

HEAD_BYTES = 512

PICKLE = Reason(
    "pickle_refused",
    "This is a Python pickle (or joblib) file. Opening one can run any program, so it is never "
    "opened here. Convert the model to ONNX where it was trained (for scikit-learn: "
    "skl2onnx.to_onnx) and upload the .onnx file.",
)
ARCHIVE = Reason(
    "archive_refused",
    "This is an archive (zip or tar): PyTorch (.pt), Keras and NumPy files of this kind hold "
    "code or pickles and are never opened here. Convert the model to ONNX (for PyTorch: torch.onnx.export) and upload "
    "the .onnx file.",
)
HDF5 = Reason(
    "hdf5_refused",
    "This is an HDF5 (Keras .h5) file, which can hold code. Convert the model to ONNX "
    "(model.export(path, format='onnx')) and upload the .onnx file.",
)
COMPRESSED = Reason(
    "compressed_refused",
    "This is a compressed file, often one written by joblib. Upload the .onnx file itself, "
    "uncompressed; convert a joblib model to ONNX first.",
)
OTHER_FORMAT = Reason(
    "other_format_refused",
    "This is a model in another format ({}). Convert it to ONNX and upload the .onnx file.",
)
NO_MODEL = Reason(
    "not_onnx", "This is {}, not an ONNX model. Export the model to ONNX and upload that file."
)

_STARTS: tuple[tuple[bytes, Reason], ...] = (
    *((b"\x80" + bytes([protocol]), PICKLE) for protocol in range(2, 6)),
    *((magic, PICKLE) for magic in (b"ccopy_reg", b"csklearn", b"cnumpy", b"(dp", b"(lp")),
    (b"PK\x03\x04", ARCHIVE),
    (b"PK\x05\x06", ARCHIVE),
    (b"\x89HDF\r\n\x1a\n", HDF5),
    *((magic, COMPRESSED) for magic in (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")),
    *(
        (magic, COMPRESSED)
        for magic in (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda", b"\x04\x22\x4d\x18")
    ),
    (b"]\x00\x00", COMPRESSED),
)
_NAMED: tuple[tuple[bytes, str], ...] = (
    (b"tree\n", "LightGBM text"),
    (b"{L", "XGBoost UBJSON"),
    (b"<?xml", "XML, perhaps PMML"),
)
_NO_MODELS: tuple[tuple[bytes, str], ...] = (
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"#!", "a script"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"version https://git-lfs", "a Git LFS pointer"),
)


def refuse_other_formats(head: bytes) -> Reason | None:
    """The reason to refuse a file that starts with `head`, or None where it may be ONNX."""
    for magic, reason in _STARTS:
        if head.startswith(magic):
            return reason
    for magic, name in _NAMED:
        if head.startswith(magic):
            return _filled(OTHER_FORMAT, name)
    for magic, name in _NO_MODELS:
        if head.startswith(magic):
            return _filled(NO_MODEL, name)
    return _by_later_bytes(head)


def _by_later_bytes(head: bytes) -> Reason | None:
    if head[4:8] == b"TFL3":
        return _filled(OTHER_FORMAT, "TensorFlow Lite")
    if head[4:8] == b"ORTM":
        return _filled(OTHER_FORMAT, "ONNX Runtime's own .ort")
    if head[257:262] == b"ustar":
        return ARCHIVE
    if head[4:10] == b'\0\0\0\0{"':
        return _filled(OTHER_FORMAT, "safetensors")
    return _text(head)


def _text(head: bytes) -> Reason | None:
    start = head.lstrip()[:1]
    if start in (b"{", b"["):
        return _filled(OTHER_FORMAT, "JSON, perhaps XGBoost")
    return _filled(NO_MODEL, "HTML or XML text") if start == b"<" else None


def _filled(reason: Reason, name: str) -> Reason:
    return Reason(reason.code, reason.sentence.format(name))
