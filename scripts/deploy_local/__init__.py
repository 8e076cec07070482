"""`make deploy-local`: deploys the real template by the SAM CLI into MiniStack with IAM enforced, and uses it."""
