"""`access` rules: who is to have a role in the books, who has it, and what becomes of the difference."""
