"""Operations on rows, secrets and files as data, and the AWS services that carry them out."""
