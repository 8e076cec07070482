"""The search line of the API Logs: what people type, as filters, and what of it nobody understood."""
