"""Spans, source files, findings and faults: what every room uses to speak about a problem."""

from syncdsl.diagnostics.codes import ALL_CODES, Code, find_code
from syncdsl.diagnostics.diagnostic import Diagnostic, Fix, Related, Severity
from syncdsl.diagnostics.echoes import without_echoes
from syncdsl.diagnostics.fault import Fault
from syncdsl.diagnostics.source import SourceFile
from syncdsl.diagnostics.span import NO_SPAN, Span
from syncdsl.diagnostics.suggest import did_you_mean

__all__ = [
    "ALL_CODES",
    "NO_SPAN",
    "Code",
    "Diagnostic",
    "Fault",
    "Fix",
    "Related",
    "Severity",
    "SourceFile",
    "Span",
    "did_you_mean",
    "find_code",
    "without_echoes",
]
