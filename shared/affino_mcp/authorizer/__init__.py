"""The authorizer of API Gateway for the OAuth door: which answer an app gets before the endpoint runs."""
