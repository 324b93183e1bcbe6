"""The Asterisk Manager Interface: bytes to packets, actions to bytes, a session over TCP or TLS."""
