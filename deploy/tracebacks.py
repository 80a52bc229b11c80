"""What a log may say of a fault: where it happened, never what the variables held.

Where the library `rich` is installed, structlog draws tracebacks with every local variable in them:
payloads with card numbers in clear, and keys.
"""

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback


def hide_variables() -> None:
    """From now on log plain tracebacks. Call it before anything is logged."""
    renderer = ConsoleRenderer(colors=False, exception_formatter=plain_traceback)
    kept = [
        step
        for step in structlog.get_config()["processors"]
        if not isinstance(step, ConsoleRenderer)
    ]
    structlog.configure(processors=[*kept, renderer])
