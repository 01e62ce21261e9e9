"""One file per revision, oldest first; a revision never changes once it was released."""
