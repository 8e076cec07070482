"""What the HTTP edges share: the own address, the path router, Retry-After, API Gateway's events and their handler."""
