"""The canonical form of rule files: one spelling for each program, its comments kept."""

from syncdsl.format.formatter import FormatterMistake, NotFormatted, format_source

__all__ = ["FormatterMistake", "NotFormatted", "format_source"]
