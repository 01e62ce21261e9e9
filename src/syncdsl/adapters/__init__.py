"""Adapters to outside systems: the protocol, the transport they share, and one folder per system."""
