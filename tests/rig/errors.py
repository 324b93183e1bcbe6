"""What the rig raises."""


class RigError(Exception):
    """The rig cannot do what was asked; the text says why and what to do."""
