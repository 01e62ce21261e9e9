"""A project on disk: its settings, environments, rule files and schema snapshots."""
