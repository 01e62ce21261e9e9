"""Recordings of systems, and connections that answer from them.

Such a connection is made of a snapshot, never of settings: it is no adapter that rules or configuration could name.
"""

from __future__ import annotations

from syncdsl.adapters.recorded.connection import RecordedConnection
from syncdsl.adapters.recorded.recording import Ending, Reading, Recording, Shown, Unread

__all__ = ["Ending", "Reading", "RecordedConnection", "Recording", "Shown", "Unread"]
