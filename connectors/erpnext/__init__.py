"""ERPNext: journal entries by the REST API of Frappe."""
