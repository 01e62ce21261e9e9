"""`python -m syncdsl`."""

from syncdsl.cli import main

if __name__ == "__main__":
    main(prog_name="syncdsl")
