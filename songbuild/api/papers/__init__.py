"""Files that go with a delivery and say what it is: the report, and the provenance."""
