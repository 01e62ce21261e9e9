"""Alembic looks for this file; migrations are run by `syncdsl.state.migration` and never from the command line."""
