"""The builtin instance: ten families of records on DynamoDB and S3."""
