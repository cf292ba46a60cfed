"""SAP Business One: journal entries by its Service Layer."""
