"""`make deploy-local`: deploys the template by the SAM CLI into MiniStack, with roles enforced in part, and uses it."""
