"""The lower bound of the measurement: a handler that imports nothing."""


def handler(_event: object, _context: object) -> dict[str, object]:
    """Answers 200."""
    return {"statusCode": 200, "body": "{}"}
