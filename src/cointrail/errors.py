"""The one error users see: what is wrong, where, and what to do."""


class InputError(ValueError):
    """Something given by the user, a file or a node cannot be used.

    The message is a single line that names the place and the remedy. Commands print it to stderr and exit with 1;
    nothing stored has been touched when it is raised.
    """
