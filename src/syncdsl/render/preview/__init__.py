"""What a change set says to people, apart from how it is written: the verdict, its facts, and its changes in groups."""
