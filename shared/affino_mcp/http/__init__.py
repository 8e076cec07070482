"""What the HTTP edges share: the own address, the path router, the Lambda handler."""
