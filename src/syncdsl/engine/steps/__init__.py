"""The behaviour of the plan's steps, one file each."""
