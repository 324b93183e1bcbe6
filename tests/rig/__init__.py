"""A real Asterisk for tests: installed once into a cached folder, started as often as wanted, on ports of its own."""
