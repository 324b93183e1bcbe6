"""A shift's own figures: counted from what happens, kept through restarts of amitop and of Asterisk."""
