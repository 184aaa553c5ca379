"""What could go wrong: the risk register, its treatments and acceptances, indicators read from evidence."""
