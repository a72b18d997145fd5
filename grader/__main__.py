"""`python -m grader`: the command line where the `grader` program is not on the path."""

from grader.cli import main

if __name__ == "__main__":
    main(prog_name="grader")
