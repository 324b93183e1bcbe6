"""amitop: `top` for an Asterisk telephone exchange."""

__version__ = "0.1.0"
