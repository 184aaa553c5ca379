"""What a test run stands on: servers, a template database, worker processes."""
