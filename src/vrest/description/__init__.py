"""What a person writes about a cell: read with places, checked against tables, frozen."""
