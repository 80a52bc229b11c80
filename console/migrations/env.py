"""Runs the migrations on the connection that the console hands over."""

from alembic import context

import console.accounts.tables
import console.around.tables
import console.audit.tables
import console.cases.tables
import console.notify.tables
import console.outbox.tables
import console.paper.tables
import console.privacy.tables
import console.register.tables
import console.watch.tables  # noqa: F401 - each enters its tables
from console.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
