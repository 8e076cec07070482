"""Records in CSV files: brought in line by line as a person would write them, and written out as the person may read them."""
