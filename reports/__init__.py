"""What a reader gets: control reports as PDF, and the charts that pages and reports share."""
