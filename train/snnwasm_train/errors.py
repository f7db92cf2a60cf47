"""The one error that a person can cause and mend: printed as one line, without a traceback."""


class UserError(Exception):
    """A wrong argument, a missing file or a file that does not fit. The command line exits with 2."""
