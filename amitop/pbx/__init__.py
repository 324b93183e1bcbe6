"""What an Asterisk is doing, rebuilt from its events: pure state, with the time handed in."""
