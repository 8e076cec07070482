"""What a person may do with one record or in one place."""
