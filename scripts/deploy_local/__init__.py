"""`make deploy-local`: the real template, deployed by an unmodified SAM CLI into MiniStack with IAM enforced, and used."""
